/** What every HL7 V3 message to the DMP has: its identity, who sends it and who receives it. Source: dmp-wire §6. */
import { el, type Element } from '../xml/build.ts';
import type { InstanceId } from './facts.ts';

export const hl7 = 'urn:hl7-org:v3';
const xsi = 'http://www.w3.org/2001/XMLSchema-instance';
const interactions = '2.16.840.1.113883.1.6';
/** The DMP as a device. */
const dmpDevice = '1.2.250.1.213.4.1.1.1';

export interface MessageHead {
  messageId: InstanceId;
  /** yyyyMMddHHmmss, UTC */
  creationTime: string;
  /** The software that asks: OID of the installation and product name. */
  lps: { oid: string; name: string };
  /** P production, D debugging (what the samples show), T training. */
  processingCode?: 'P' | 'D' | 'T';
}

/** What a message asks for. */
export interface ControlAct {
  /** Reason of 201307, 201311 and 201314 (code system 1.2.250.1.213.1.1.4.11). */
  reason?: { code: string; display: string };
  /** Trigger event of 201305. */
  trigger?: string;
  children: readonly Element[];
}

export const ii = (name: string, id: InstanceId): Element => el(name, { root: id.root, extension: id.extension });

/** A yes or no as HL7 types it; the prefix `xsi` is declared on the message. */
export const bl = (value: boolean): Element => el('value', { 'xsi:type': 'BL', value: String(value) });

const device = (name: string, typeCode: string, oid: string, software: string): Element =>
  el(name, { typeCode }, [
    el('device', { classCode: 'DEV', determinerCode: 'INSTANCE' }, [
      el('id', { root: oid }),
      el('softwareName', {}, [software]),
    ]),
  ]);

/**
 * The message, in the default namespace `urn:hl7-org:v3`.
 * @param attention whether it has the empty attentionLine that some of the samples have
 */
export function writeMessage(interaction: string, head: MessageHead, act: ControlAct, attention: boolean): Element {
  return el(interaction, { xmlns: hl7, 'xmlns:xsi': xsi, ITSVersion: 'XML_1.0' }, [
    ii('id', head.messageId),
    el('creationTime', { value: head.creationTime }),
    el('interactionId', { root: interactions, extension: interaction }),
    el('processingCode', { code: head.processingCode ?? 'D' }),
    el('processingModeCode', { code: 'T' }),
    el('acceptAckCode', { code: 'AL' }),
    device('receiver', 'RCV', dmpDevice, 'DMP'),
    device('sender', 'SND', head.lps.oid, head.lps.name),
    attention ? el('attentionLine', { 'xsi:nil': 'true' }) : undefined,
    el('controlActProcess', { classCode: 'CACT', moodCode: 'EVN' }, [
      act.trigger === undefined ? undefined : el('code', { code: act.trigger, codeSystem: interactions }),
      act.reason &&
        el('reasonCode', {
          code: act.reason.code,
          codeSystem: '1.2.250.1.213.1.1.4.11',
          displayName: act.reason.display,
        }),
      ...act.children,
    ]),
  ]);
}

/** `queryByParameter`: a new query and its parameters. */
export const queryByParameter = (queryId: InstanceId, parameters: readonly (Element | undefined)[]): Element =>
  el('queryByParameter', {}, [
    ii('queryId', queryId),
    el('statusCode', { code: 'new' }),
    el('parameterList', {}, parameters),
  ]);
