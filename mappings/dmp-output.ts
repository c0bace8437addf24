/**
 * The form of the answers that only the DMP has (services habilitations and patientsSpecific): one `output` with its rows, a
 * status and a sentence. Source: dmp-wire §5, §7.
 */
import { defined } from './defined.ts';
import { child, childrenOf, type XmlNode } from './xml/tree.ts';

/** `DMPOk` is the only status of a success. */
export interface DmpStatus {
  status: string;
  /** the DMP's sentence */
  context?: string;
}

/** @throws RangeError when the element says no status */
export function outputOf(node: XmlNode): { status: DmpStatus; output: XmlNode } {
  const output = child(node, 'output', node.ns);
  const status = output && textIn(output, 'status');
  if (!output || status === undefined) throw new RangeError('an answer without status');
  return { output, status: defined({ status, context: textIn(output, 'context') }) };
}

/** The children of that name, in the namespace of the answer. */
export const rowsIn = (node: XmlNode, name: string): XmlNode[] => childrenOf(node, name, node.ns);

/** Texts of the children of that name, without the empty ones. */
export const textsIn = (node: XmlNode, name: string): string[] =>
  rowsIn(node, name).flatMap((c) => (c.text.trim() === '' ? [] : [c.text.trim()]));

export const textIn = (node: XmlNode, name: string): string | undefined => textsIn(node, name)[0];
