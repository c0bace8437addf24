/** The folders of the Postman collection: what an integrator does, in the order in which it is done, by operations of the OpenAPI document. */
import { depositing } from './depositing.ts';
import { following } from './following.ts';
import type { Task } from './steps.ts';

/** Identifiers of the examples → variables of the run. */
export const variables: Readonly<Record<string, string>> = {
  '2.16.840.1.113883.19.7602.50.20261121.1': '{{noteId}}',
  '2.16.840.1.113883.19.7602.50.20261121.2': '{{correctionId}}',
  '2.16.840.1.113883.19.7602.50.20261128.1': '{{mealId}}',
  '2.16.840.1.113883.19.7602.50.20261128.2': '{{laterId}}',
  '2.16.840.1.113883.19.7602.51.20261128.1': '{{setId}}',
};

export const tasks: readonly Task[] = [...depositing, ...following];
