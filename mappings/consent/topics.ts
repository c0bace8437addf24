/**
 * What a structure asks its patients and records, as a table: each topic, what it opens or closes, and its policy. The DMP holds
 * none of it (issue of the editors' rules; dmp-wire §7, EX_0.3-1010; auth §1.5). Published as CodeSystem `consent-topic`.
 */
import { ours } from '../canonicals.ts';

export const consentTopicSystem = `${ours}/CodeSystem/consent-topic`;

export interface Topic {
  code: 'information' | 'feeding' | 'consultation' | 'break-glass' | 'regulation';
  fr: string;
  en: string;
  /**
   * `required`: nothing goes without a `permit`; `opposition`: only a `deny` closes; `note`: kept, closes nothing.
   */
  rule: 'required' | 'opposition' | 'note';
  /** purposeOfUse of PCF that goes with it (v3-ActReason). */
  purpose: 'TREAT' | 'BTG' | 'ETREAT';
}

export const topics: readonly Topic[] = [
  {
    code: 'information',
    fr: 'Information du patient sur le DMP',
    en: 'Information given to the patient about the DMP',
    rule: 'note',
    purpose: 'TREAT',
  },
  {
    code: 'feeding',
    fr: 'Non-opposition à l’alimentation du DMP',
    en: 'Non-opposition to the feeding of the DMP',
    rule: 'required',
    purpose: 'TREAT',
  },
  {
    code: 'consultation',
    fr: 'Consentement à la consultation du DMP par les professionnels de la structure',
    en: 'Consent to the consultation of the DMP by the professionals of the structure',
    rule: 'required',
    purpose: 'TREAT',
  },
  {
    code: 'break-glass',
    fr: 'Accès en urgence « bris de glace »',
    en: 'Emergency access (break-glass)',
    rule: 'opposition',
    purpose: 'BTG',
  },
  {
    code: 'regulation',
    fr: 'Accès par la régulation médicale (centre 15)',
    en: 'Access by emergency regulation (centre 15)',
    rule: 'opposition',
    purpose: 'ETREAT',
  },
];

export type TopicCode = Topic['code'];

/** Category of the Consent that shows an authorisation which stands in the DMP itself, and of the role of médecin traitant. */
export const authorizationCategories = {
  authorization: {
    code: 'dmp-authorization',
    fr: 'Autorisation d’accès enregistrée dans le DMP',
    en: 'Access authorisation that stands in the DMP',
  },
  treatingPhysician: {
    code: 'dmp-treating-physician',
    fr: 'Médecin traitant DMP',
    en: 'Médecin traitant of the DMP',
  },
} as const;

export const topicOf = (code: string | undefined): Topic | undefined => topics.find((t) => t.code === code);

/** Policy that a consent of a topic agrees to, by URI: a definition of ours. */
export const policyOf = (topic: TopicCode | 'dmp-authorization'): string => `${ours}/policy/${topic}`;
