/**
 * Associations of the ANS: what a code determines. Per pair of code systems, target → source codes.
 * Written by tools/terminology.ts: do not edit.
 */

export type Association = readonly { source: string; target: string; rows: Readonly<Record<string, string>> }[];

/** ASS_X16_CorrespondanceType_Classe_DMP, 20240223120000: ansforge/ig-terminlogie-de-sante ig/Bac-à-sable-dan/ConceptMap-ASS-X16-CorrespondanceType-Classe-DMP.json @26c48252035f88c9a5c89ee02d45090513b77438 */
export const x16: Association = [
  {
    source: '2.16.840.1.113883.6.1',
    target: '1.2.250.1.213.1.1.4.1',
    rows: {
      '10': `11488-4 11490-0 11502-2 11505-5 11506-3 15507-7 15508-5 28653-4 29274-8 34112-3 34749-2 34794-8 34874-8
        34875-5 47420-5 51969-4 59283-2 60568-3 67851-6 70004-7 75482-0 75492-9 75496-0 77436-4 78513-9 78601-2
        83981-1 85208-7 93024-8 96349-6 11526-1`,
      '11': `18761-7 34133-9 34842-5 56445-0 57057-2 57055-6 57075-4 60591-5 68599-0 68817-6 74207-2 78489-2 80820-4
        83836-7 83901-9 88348-8 89235-6`,
      '31': `18748-4 52040-3`,
      '42': `55115-0 57828-6 57832-8 57833-6 61357-0 75468-9`,
      '43': `60593-1`,
      '44': `18776-5 77604-7 80771-9 80788-3 83869-8`,
      '45': `80565-5`,
      '52': `11369-6 87273-9 89601-9 96173-0 96874-3`,
      '90': `74465-6`,
      '95': `59284-0 86531-1`,
    },
  },
  {
    source: '1.2.250.1.213.1.1.4.12',
    target: '1.2.250.1.213.1.1.4.1',
    rows: {
      '10': `BIL_AUTO DOCPAT03 DOCPAT05 DOCPAT06`,
      '11': `SYNTH DOCPAT01 DOCPAT08`,
      '31': `IMG-KOS DOCPAT04`,
      '42': `DOCPAT02 PRESC-AAT PRESC-BIO PRESC-KINE PRESC-INF PRESC-PEDI PRESC-ORTHOPHO PRESC-ORTHOPTIE`,
      '43': `DISP_AUT`,
      '44': `PROT_ALD`,
      '52': `CERT_DECL DOCPAT07`,
      '60': `REMB`,
      '90': `EXPPAT_1 EXPPAT_2 EXPPAT_3`,
      '95': `AUTORIS-SOINS ATTEST-RESID ATTEST-DROITS-AM ATTEST-ASS-COMPL ATTEST-HEBGT DOCPAT09`,
    },
  },
  {
    source: 'ASTM',
    target: 'URN',
    rows: {
      'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1': `E1762`,
    },
  },
];

/** ASS_X04_CorrespondanceType_Classe_CISIS, (as in IG-terminologie main, 2024): ansforge/IG-terminologie-de-sante ig/main/ConceptMap-ASS-X04-CorrespondanceType-Classe-CISIS.json @123d870dca0b592312943f32641ac3441382fe3a */
export const x04: Association = [
  {
    source: '2.16.840.1.113883.6.1',
    target: '1.2.250.1.213.1.1.4.1',
    rows: {
      '10': `10213-7 11488-4 11490-0 11493-4 11502-2 11505-5 11506-3 11526-1 11528-7 15507-7 15508-5 24611-6 27899-4
        28617-9 28653-4 29274-8 29554-3 34112-3 34120-6 34749-2 34794-8 34874-8 34875-5 39256-3 46241-6 47420-5
        51969-4 59283-2 60568-3 67851-6 70004-7 75482-0 75492-9 75497-8 75496-0 77436-4 78513-9 78601-2 83981-1
        85208-7 89233-1 93024-8 96349-6`,
      '11': `18761-7 34133-9 34842-5 56445-0 57055-6 57057-2 57075-4 60280-5 60591-5 68599-0 68817-6 74207-2 78341-5
        78489-2 80820-4 83836-7 83901-9 89235-6 88348-8`,
      '31': `18748-4 52040-3`,
      '42': `29551-9 52063-5 52521-2 55115-0 57828-6 57832-8 57833-6 61357-0 75468-9`,
      '43': `29550-1 60593-1`,
      '44': `18776-5 77604-7 80771-9 80788-3 83869-8`,
      '45': `80565-5`,
      '52': `11369-6 87273-9 89601-9 96874-3 96173-0`,
      '90': `74465-6`,
      '95': `51851-4 56446-8 59284-0 86531-1`,
    },
  },
  {
    source: '1.2.250.1.213.1.1.4.12',
    target: '1.2.250.1.213.1.1.4.1',
    rows: {
      '10': `BIL_AUTO DOCPAT03 DOCPAT05 DOCPAT06`,
      '11': `EXPORT_DUI DOCPAT01 DOCPAT08 SYNTH`,
      '31': `DOCPAT04 IMG-KOS`,
      '42': `DOCPAT02 PRESC-AAT PRESC-BIO PRESC-KINE PRESC-INF PRESC-PEDI PRESC-ORTHOPHO PRESC-ORTHOPTIE`,
      '43': `DISP_AUT`,
      '44': `PROT_ALD`,
      '52': `CERT_DECL DOCPAT07`,
      '60': `REMB`,
      '90': `EXPPAT_1 EXPPAT_2 EXPPAT_3 DOCPAT10`,
      '95': `ATTEST-ASS-COMPL ATTEST-HEBGT ATTEST-RESID ATTEST-DROITS-AM AUTORIS-SOINS CONTACTS-URGENCE DOCPAT09
        PIECE-IDENTITE FICHE-CONTACTS`,
      '99': `FEUILLE-DE-STYLE`,
    },
  },
  {
    source: 'ASTM',
    target: 'URN',
    rows: {
      'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1': `E1762`,
    },
  },
];

/** ASS_A11 : templateId du document CDA (corps structuré) -> XDS formatCode, 5.0.0 (2024-09-16): ansforge/IG-terminologie-de-sante ig/main/ConceptMap-ASS-A11-CorresModeleCDA-XdsFormatCode-CISIS.json @016dc85 */
export const a11: Association = [
  {
    source: 'TRE_R220-ModeleDocumentCDAStructure',
    target: '1.2.250.1.213.1.1.4.2.282',
    rows: {
      'urn:ans:ci-sis:bio-ep-bio:2022': `1.2.250.1.213.1.1.1.52`,
      'urn:ans:ci-sis:cse-mde:2023': `1.2.250.1.213.1.1.1.5.4`,
      'urn:ans:ci-sis:img-da:2022': `1.2.250.1.213.1.1.1.47`,
      'urn:asip:ci-sis:aunv:2013': `1.2.250.1.213.1.1.1.15`,
      'urn:asip:ci-sis:avk:2009': `1.2.250.1.213.1.1.1.2.1.1`,
      'urn:asip:ci-sis:cr-anest:2020': `1.2.250.1.213.1.1.1.40`,
      'urn:asip:ci-sis:cr-cpa:2020': `1.2.250.1.213.1.1.1.41`,
      'urn:asip:ci-sis:crgm:2018': `1.2.250.1.213.1.1.1.32`,
      'urn:asip:ci-sis:crrtn:2013': `1.2.250.1.213.1.1.1.18`,
      'urn:asip:ci-sis:cse-cs24:2017': `1.2.250.1.213.1.1.1.5.3`,
      'urn:asip:ci-sis:cse-cs8:2017': `1.2.250.1.213.1.1.1.5.1`,
      'urn:asip:ci-sis:cse-cs9:2017': `1.2.250.1.213.1.1.1.5.2`,
      'urn:asip:ci-sis:cva:2017': `1.2.250.1.213.1.1.1.10`,
      'urn:asip:ci-sis:d2lm-fidd:2017': `1.2.250.1.213.1.1.1.28`,
      'urn:asip:ci-sis:d2lm-fin:2017': `1.2.250.1.213.1.1.1.27`,
      'urn:asip:ci-sis:dci:2009': `1.2.250.1.213.1.1.1.2.1.3`,
      'urn:asip:ci-sis:dlu-dlu-dom:2022': `1.2.250.1.213.1.1.1.48`,
      'urn:asip:ci-sis:dlu-fludr-dom:2022': `1.2.250.1.213.1.1.1.50`,
      'urn:asip:ci-sis:dlu-fludt-dom:2022': `1.2.250.1.213.1.1.1.49`,
      'urn:asip:ci-sis:dlu:2015': `1.2.250.1.213.1.1.1.22`,
      'urn:asip:ci-sis:eunv:2013': `1.2.250.1.213.1.1.1.16`,
      'urn:asip:ci-sis:export-dui:2023': `1.2.250.1.213.1.1.1.58`,
      'urn:asip:ci-sis:fludr:2017': `1.2.250.1.213.1.1.1.24`,
      'urn:asip:ci-sis:fludt:2017': `1.2.250.1.213.1.1.1.23`,
      'urn:asip:ci-sis:frcp:2011': `1.2.250.1.213.1.1.1.8`,
      'urn:asip:ci-sis:hr:2019': `1.2.250.1.213.1.1.1.36`,
      'urn:asip:ci-sis:idap:2011': `1.2.250.1.213.1.1.1.9`,
      'urn:asip:ci-sis:ldl-ees:2017': `1.2.250.1.213.1.1.1.21`,
      'urn:asip:ci-sis:ldl-ses:2017': `1.2.250.1.213.1.1.1.29`,
      'urn:asip:ci-sis:obp-sap:2023': `1.2.250.1.213.1.1.1.12.1`,
      'urn:asip:ci-sis:obp-scm:2023': `1.2.250.1.213.1.1.1.12.4`,
      'urn:asip:ci-sis:obp-sem:2023': `1.2.250.1.213.1.1.1.12.5`,
      'urn:asip:ci-sis:obp-sne:2023': `1.2.250.1.213.1.1.1.12.3`,
      'urn:asip:ci-sis:obp-snm:2023': `1.2.250.1.213.1.1.1.12.2`,
      'urn:asip:ci-sis:pavc:2016': `1.2.250.1.213.1.1.1.25`,
      'urn:asip:ci-sis:ppp:2023': `1.2.250.1.213.1.1.1.56`,
      'urn:asip:ci-sis:pps-cancer:2017': `1.2.250.1.213.1.1.1.26`,
      'urn:asip:ci-sis:pps-paerpa:2017': `1.2.250.1.213.1.1.1.20`,
      'urn:asip:ci-sis:ppv:2009': `1.2.250.1.213.1.1.1.2.1.5`,
      'urn:asip:ci-sis:psc:2009': `1.2.250.1.213.1.1.1.2.1.4`,
      'urn:asip:ci-sis:sdm-mr:2017': `1.2.250.1.213.1.1.1.30`,
      'urn:asip:ci-sis:sunv:2013': `1.2.250.1.213.1.1.1.17`,
      'urn:asip:ci-sis:tap:2009': `1.2.250.1.213.1.1.1.2.1.2`,
      'urn:asip:ci-sis:tlm-da:2020': `1.2.250.1.213.1.1.1.38`,
      'urn:asip:ci-sis:vac-note:2021': `1.2.250.1.213.1.1.1.46`,
      'urn:asip:ci-sis:vac:2019': `1.2.250.1.213.1.1.1.37`,
      'urn:asip:ci-sis:vsm:2012': `1.2.250.1.213.1.1.1.13`,
    },
  },
  {
    source: 'TRE_R220-ModeleDocumentCDAStructure',
    target: '1.3.6.1.4.1.19376.1.2.3',
    rows: {
      'urn:ihe:eyecare:geneyeevalcn:2014': `1.2.250.1.213.1.1.1.42 1.2.250.1.213.1.1.1.43 1.2.250.1.213.1.1.1.44`,
      'urn:ihe:lab:xd-lab:2008': `1.2.250.1.213.1.1.1.55 1.3.6.1.4.1.19376.1.3.3`,
      'urn:ihe:palm:apsr:2016': `1.2.250.1.213.1.1.1.57`,
      'urn:ihe:pat:apsr:all:2010': `1.3.6.1.4.1.19376.1.8.1.1.1`,
      'urn:ihe:pat:apsr:breast:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.1`,
      'urn:ihe:pat:apsr:cervix:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.8`,
      'urn:ihe:pat:apsr:colon:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.2`,
      'urn:ihe:pat:apsr:endometrium:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.9`,
      'urn:ihe:pat:apsr:esophagus:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.11`,
      'urn:ihe:pat:apsr:kidney:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.7`,
      'urn:ihe:pat:apsr:larynx:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.20`,
      'urn:ihe:pat:apsr:lip_oral_cavity:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.17`,
      'urn:ihe:pat:apsr:liver:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.13`,
      'urn:ihe:pat:apsr:lung:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.5`,
      'urn:ihe:pat:apsr:ovary:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.10`,
      'urn:ihe:pat:apsr:pancreas:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.14`,
      'urn:ihe:pat:apsr:pharynx:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.18`,
      'urn:ihe:pat:apsr:prostate:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.3`,
      'urn:ihe:pat:apsr:salivary_gland:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.19`,
      'urn:ihe:pat:apsr:skin:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.6`,
      'urn:ihe:pat:apsr:stomach:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.12`,
      'urn:ihe:pat:apsr:testis:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.15`,
      'urn:ihe:pat:apsr:thyroid:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.4`,
      'urn:ihe:pat:apsr:urinary_bladder:2010': `1.3.6.1.4.1.19376.1.8.1.1.2.16`,
      'urn:ihe:pcc:ips:2020': `1.2.250.1.213.1.1.1.51`,
      'urn:ihe:pharm:dis:2010': `1.2.250.1.213.1.1.1.54`,
      'urn:ihe:pharm:pre:2010': `1.2.250.1.213.1.1.1.39`,
      'urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013': `1.2.250.1.213.1.1.1.45`,
    },
  },
];

/** ASS_A12 : mediaType du corps CDA N1 -> XDS formatCode, 5.0.0: ansforge/IG-terminologie-de-sante ig/main/ConceptMap-ASS-A12-CorresMediaTypeCDANonStructure-XdsFormatCode-CISIS.json @0004f3b */
export const a12: Association = [
  {
    source: 'TRE_R222-MediaTypeCorpsCDANonStructure',
    target: '1.3.6.1.4.1.19376.1.2.3',
    rows: {
      'urn:ihe:iti-fr:xds-sd:jpeg:2010': `image/jpeg`,
      'urn:ihe:iti-fr:xds-sd:rtf:2010': `text/rtf`,
      'urn:ihe:iti-fr:xds-sd:tiff:2010': `image/tiff`,
      'urn:ihe:iti:xds-sd:pdf:2008': `application/pdf`,
      'urn:ihe:iti:xds-sd:text:2008': `text/plain`,
    },
  },
];
