/** The take-over's operations of the façade, as the command line calls them. */
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import type { Client, Told } from './client.ts';
import type { Finding } from './types.ts';
import type { Answered } from './journal.ts';

export interface Status {
  takeover: string;
  name: string;
  state: string;
  isComplete: boolean;
  documents: number;
  perDay: number;
  received: number;
  counts: { state: string; reason?: string; count: number }[];
  pause?: { reason: string; until?: string };
  notice?: { to: string[]; subject: string; text: string; eml: string };
}

/** A line of the façade's report. */
export interface Reported {
  reference: string;
  state: string;
  task?: string;
  reason?: string;
  findings: Finding[];
}

type Parts = readonly ParametersParameter[];
const part = (parts: Parts, name: string): ParametersParameter | undefined => parts.find((p) => p.name === name);
const valueOf = (parameter: ParametersParameter | undefined): unknown =>
  Object.entries(parameter ?? {}).find(([key]) => key.startsWith('value'))?.[1];
/** Of a simple value. */
const plain = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
const text = (parts: Parts, name: string): string => plain(valueOf(part(parts, name)));
const optional = (parts: Parts, name: string): string | undefined => text(parts, name) || undefined;

function statusOf(parts: Parts): Status {
  const groups = (name: string): Parts[] => parts.filter((p) => p.name === name).map((p) => p.part ?? []);
  const [pause] = groups('pause');
  const [notice] = groups('notice');
  const until = pause && optional(pause, 'until');
  return {
    takeover: text(parts, 'takeover'),
    name: text(parts, 'name'),
    state: text(parts, 'state'),
    isComplete: text(parts, 'complete') === 'true',
    documents: Number(text(parts, 'documents')),
    perDay: Number(text(parts, 'perDay')),
    received: Number(text(parts, 'received')),
    counts: groups('count').map((count) => {
      const reason = optional(count, 'reason');
      return {
        state: text(count, 'state'),
        count: Number(text(count, 'count')),
        ...(reason === undefined ? {} : { reason }),
      };
    }),
    ...(pause ? { pause: { reason: text(pause, 'reason'), ...(until === undefined ? {} : { until }) } } : {}),
    ...(notice
      ? {
          notice: {
            to: notice.flatMap((p) => (p.name === 'to' ? [plain(valueOf(p))] : [])),
            subject: text(notice, 'subject'),
            text: text(notice, 'text'),
            eml: text(notice, 'eml'),
          },
        }
      : {}),
  };
}

const asked = (values: Readonly<Record<string, string | number | undefined>>): Parameters => ({
  resourceType: 'Parameters',
  parameter: Object.entries(values).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [typeof value === 'number' ? { name, valueInteger: value } : { name, valueString: value }],
  ),
});

export async function begin(
  client: Client,
  values: Readonly<Record<string, string | number | undefined>>,
): Promise<Status> {
  const { body } = await client.post<Parameters>('/$import', asked(values), [], { prefer: 'respond-async' });
  return statusOf(body.parameter ?? []);
}

export async function status(client: Client, takeover: string): Promise<Status> {
  const { body } = await client.get<Parameters>(`/$import-status?takeover=${takeover}`);
  return statusOf(body.parameter ?? []);
}

export async function change(
  client: Client,
  values: { takeover: string; action: string; on?: string; reference?: string },
): Promise<Status> {
  const { body } = await client.post<Parameters>('/$import-change', asked(values));
  return statusOf(body.parameter ?? []);
}

/** What the façade says of a line, as findings. */
function findingsOf(parts: Parts): Finding[] {
  const outcome = part(parts, 'outcome')?.resource;
  const issues = outcome?.resourceType === 'OperationOutcome' ? outcome.issue : [];
  return issues.map((issue): Finding => ({
    key: issue.details?.coding?.[0]?.code ?? issue.code,
    severity: issue.severity === 'error' || issue.severity === 'fatal' ? 'error' : 'warning',
    ...(issue.details?.text === undefined ? {} : { text: issue.details.text }),
  }));
}

const taskOf = (parts: Parts): { task?: string } => {
  const task = part(parts, 'task')?.valueReference?.reference?.replace(/^Task\//, '');
  return task === undefined ? {} : { task };
};
const linesOf = (ndjson: string): Parts[] =>
  ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as Parameters).parameter ?? []);

/** Sends lines. @param takeover absent: they are only checked */
export async function sendDocuments(client: Client, ndjson: Buffer, takeover?: string): Promise<Answered[]> {
  const query = takeover === undefined ? '_dryRun=true' : `takeover=${takeover}`;
  const { text: answers } = await client.lines(`/$import-documents?${query}`, ndjson);
  return linesOf(answers).map((parts) => ({
    reference: text(parts, 'line'),
    result: text(parts, 'result') as Answered['result'],
    ...taskOf(parts),
    findings: findingsOf(parts),
  }));
}

/** Every line that the façade received, page by page. */
export async function* report(client: Client, takeover: string): AsyncGenerator<Reported> {
  let query: string | undefined = `takeover=${takeover}`;
  while (query !== undefined) {
    const answer: Told<unknown> = await client.get(`/$import-report?${query}`);
    for (const parts of linesOf(answer.text)) {
      const reason = part(parts, 'reason')?.valueCodeableConcept;
      yield {
        reference: text(parts, 'line'),
        state: text(parts, 'state'),
        ...taskOf(parts),
        ...(reason?.coding?.[0]?.code === undefined ? {} : { reason: reason.coding[0].code }),
        findings: [
          ...(reason?.coding?.[0]?.code !== undefined && reason.text !== undefined
            ? [{ key: reason.coding[0].code, severity: 'error' as const, text: reason.text }]
            : []),
          ...findingsOf(parts),
        ],
      };
    }
    query = /<[^>]*\?([^>]*)>;\s*rel="next"/.exec(answer.header('link') ?? '')?.[1];
  }
}
