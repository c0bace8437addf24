/** The VIHF as read (dmp-wire §2): every value comes from the very element whose signature was verified. */

export const modes = ['DIRECTE', 'INDIRECTE', 'INDIRECTE_RENFORCEE'] as const;
export type Mode = (typeof modes)[number];

export const purposes = ['normal', 'bris_de_glace', 'centre_15'] as const;
export type Purpose = (typeof purposes)[number];

export interface Role {
  code: string;
  codeSystem: string;
  displayName?: string;
}

/** An INS with the OID of its authority. */
export interface PatientKey {
  value: string;
  oid: string;
}

export interface Vihf {
  mode: Mode;
  purpose: Purpose;
  /** Mode_Acces_Raison, present with bris_de_glace. */
  reason?: string;
  /** PS_IdNat of the professional (`8` + RPPS) or an internal id. */
  nameId: string;
  /** `PRENOM NOM`, or "software, model" for an automate. */
  subjectName?: string;
  /** Struct_IdNat. */
  structure: string;
  sector: { code: string; codeSystem: string };
  /** Profession first, then speciality or professional role. */
  roles: Role[];
  version: string;
  /** Absent for transactions without a patient. */
  patient?: PatientKey;
  /** Connexion secrète: hidden from the legal representatives. */
  secret: boolean;
  lps: { id?: string; name: string; version: string; homologation: string };
  id: string;
  issueInstant: Date;
  authnInstant: Date;
  authnContextClass: string;
  authnContextDecl?: string;
  issuer: string;
  /** Absent: unsigned (DIRECTE only). */
  signature?: 'rsa-sha1' | 'rsa-sha256';
  /** DER of the certificate that signed. */
  signer?: Uint8Array;
}
