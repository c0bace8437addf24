/**
 * « Bris de glace »: for one patient, whose identity the professional confirms, and for a reason (dmp-wire §8). What is asked here is
 * what `server/auth/emergency.ts` wants of the token; the DMP's own answer is held against the traits when the record is opened.
 */
import { isPurposeful } from '../../../mappings/rights/reason.ts';
import { field } from '../form.ts';
import { html } from '../pages/html.ts';
import { insOf, patientFields } from './patient-fields.ts';
import { formOfStep, showStep, words, type Step, type Wrong } from './step.ts';
import type { Visit } from './visit.ts';

/** As `server/auth/claims.ts` takes names: nothing that ends a line or that nobody sees. */
const name = /^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]{1,200}$/u;
/** Any month and day: an INS knows dates that no calendar has, and the browser sends yyyy-mm-dd. */
const date = /^\d{4}-\d{2}-\d{2}$/;
const longestReason = 500;

export const emergency: Step = {
  name: 'emergency',
  isDue: ({ purpose, steps }) => purpose === 'bris_de_glace' && !steps.emergency,
  show(visit, wrong) {
    const minutes = String(visit.options.config.BREAK_GLASS_MINUTES);
    const input = (key: 'family' | 'given') =>
      html`<label
        >${words(visit, `emergency-${key}`)}<input
          type="text"
          name="${key}"
          required
          autocomplete="off"
          maxlength="200"
      /></label>`;
    const fields = html`<p>${words(visit, 'emergency-what', { minutes })}</p>
      ${patientFields(visit, false)} ${input('family')}${input('given')}
      <label>${words(visit, 'emergency-birth')}<input type="date" name="birthdate" required /></label>
      <label
        >${words(visit, 'emergency-reason')}<textarea
          name="reason"
          rows="3"
          required
          maxlength="${longestReason}"
        ></textarea>
      </label>`;
    showStep(visit, 'emergency-title', formOfStep(visit, 'emergency', fields, 'continue'), wrong);
  },
  submit: (visit, form) => Promise.resolve(read(visit, form)),
};

function read(visit: Visit, form: URLSearchParams): Wrong | undefined {
  const ins = insOf(visit, form);
  if (!ins) return { key: 'patient-ins-wrong' };
  if ('key' in ins) return ins;
  const [family, given, birthDate] = [field(form, 'family'), field(form, 'given'), field(form, 'birthdate')];
  if (!name.test(family) || !name.test(given) || !date.test(birthDate)) return { key: 'emergency-traits-wrong' };
  const reason = field(form, 'reason').replace(/\s+/g, ' ');
  const least = visit.options.config.BREAK_GLASS_REASON_MIN;
  if (reason.length > longestReason || !isPurposeful(reason, least))
    return { key: 'emergency-reason-wrong', values: { least: String(least) } };
  visit.steps.emergency = { reason, patient: ins, confirmed: { family, given, birthDate } };
  return undefined;
}
