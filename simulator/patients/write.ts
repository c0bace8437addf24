/** HL7 V3 answers as text: elements, the message around the control act, data types (dmp-wire §6). */
import { randomUUID } from 'node:crypto';

import { escapeXml } from '../dom.ts';
import type { Address, PersonName, Telecom } from '../world.ts';
import { toDtm } from '../xds/composites.ts';
import type { InstanceId } from './reading.ts';
import { dmpDevice, interactions, observationSystem, type RequestHead } from './transport.ts';

type Attributes = Record<string, string | undefined>;

/** An element as text; attributes that are undefined are left out. */
export function el(name: string, attributes: Attributes = {}, ...content: string[]): string {
  const written = Object.entries(attributes).flatMap(([k, v]) => (v === undefined ? [] : [` ${k}="${escapeXml(v)}"`]));
  return content.length === 0
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${content.join('')}</${name}>`;
}

/** An element of text; nothing when there is none. */
export const textEl = (name: string, value: string | undefined, attributes: Attributes = {}): string =>
  value === undefined ? '' : el(name, attributes, escapeXml(value));

const device = (party: string, typeCode: string, id: string, softwareName: string): string =>
  el(
    party,
    { typeCode },
    el(
      'device',
      { classCode: 'DEV', determinerCode: 'INSTANCE' },
      el('id', { root: id }),
      textEl('softwareName', softwareName),
    ),
  );

/** A whole answer: its head, then `content` (attention lines, acknowledgement, control act). */
export const message = (interaction: string, now: Date, to: RequestHead['sender'], ...content: string[]): string =>
  el(
    interaction,
    { xmlns: 'urn:hl7-org:v3', 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', ITSVersion: 'XML_1.0' },
    el('id', { root: randomUUID().toUpperCase() }),
    el('creationTime', { value: toDtm(now) }),
    el('interactionId', { root: interactions, extension: interaction }),
    el('processingCode', { code: 'P' }),
    el('processingModeCode', { code: 'T' }),
    el('acceptAckCode', { code: 'NE' }),
    device('receiver', 'RCV', to.id, to.softwareName),
    device('sender', 'SND', dmpDevice, 'DMP'),
    ...content,
  );

/** Why a request that was understood is not done. */
export interface Refusal {
  /** The DMP's own code (dmp-wire §5). */
  code: string;
  text: string;
}

const acknowledged = (id: InstanceId, refusal: Refusal | undefined): string =>
  el('targetMessage', {}, el('id', { ...id })) +
  (refusal === undefined
    ? ''
    : el('acknowledgementDetail', { typeCode: 'E' }, el('code', { code: refusal.code }), textEl('text', refusal.text)));

const typeCode = (refusal: Refusal | undefined): 'AA' | 'AE' => (refusal === undefined ? 'AA' : 'AE');

/** AA, or AE with its detail; as HL7's edition of 2009 writes it. */
export const acknowledgement = (id: InstanceId, refusal?: Refusal): string =>
  el('acknowledgement', { typeCode: typeCode(refusal) }, acknowledged(id, refusal));

/** The same in the edition of 2008 (201306): the type is an element. */
export const acknowledgement2008 = (id: InstanceId, refusal?: Refusal): string =>
  el('acknowledgement', {}, el('typeCode', { code: typeCode(refusal) }), acknowledged(id, refusal));

/** PN; without qualifiers the family name of a representative. */
export const personName = ({ prefix, given, usage, birth }: PersonName, qualified = true): string =>
  el(
    'name',
    {},
    textEl('prefix', prefix),
    ...given.map((each) => textEl('given', each)),
    textEl('family', usage, qualified ? { qualifier: 'SP' } : {}),
    textEl('family', birth, { qualifier: 'BR' }),
  );

/** AD, or nothing. */
export const address = (of: Address | undefined): string =>
  of === undefined
    ? ''
    : el(
        'addr',
        {},
        ...(of.lines ?? []).map((line) => textEl('streetAddressLine', line)),
        textEl('additionalLocator', of.locator),
        textEl('postalCode', of.postalCode),
        textEl('city', of.city),
        textEl('country', of.country),
      );

export const telecoms = (of: Telecom[] | undefined): string =>
  (of ?? []).map(({ use, value }) => el('telecom', { use, value })).join('');

/** One administrative observation, or nothing when its value is not known. */
export const observation = (code: string, value: boolean | undefined, codeSystem = observationSystem): string =>
  value === undefined
    ? ''
    : el(
        'subjectOf',
        { typeCode: 'SBJ' },
        el(
          'administrativeObservation',
          { classCode: 'OBS', moodCode: 'EVN' },
          el('code', { code, codeSystem }),
          el('value', { 'xsi:type': 'BL', value: String(value) }),
        ),
      );

export const custodian = (): string =>
  el('custodian', { typeCode: 'CST' }, el('assignedEntity', { classCode: 'ASSIGNED' }, el('id', { root: dmpDevice })));

export const subject = (content: string): string =>
  el('subject', { typeCode: 'SUBJ', contextConductionInd: 'false' }, content);

export const controlAct = (...content: string[]): string =>
  el('controlActProcess', { classCode: 'CACT', moodCode: 'EVN' }, ...content);
