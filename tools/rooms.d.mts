import type { Rule } from 'eslint';

export const rooms: Record<string, string[]>;
export const outside: string[];
export function objection(file: string, imported: string): string | undefined;
export const roomsRule: Rule.RuleModule;
