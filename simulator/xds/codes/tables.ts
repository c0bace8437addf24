/**
 * The DMP's value sets, as the simulator checks them: code system OID → codes.
 *
 * Own compact form of ANS nomenclatures (NOS), each with the version it was written from. The practice setting is that
 * of the CI-SIS (JDV_J04), which has ESSMS; TRE_A01 of the same date does not list it yet.
 */
export interface ValueSet {
  /** Name and OID of the ANS value set. */
  source: string;
  version: string;
  /** OID (or URN, ASTM) of the code system → its codes, separated by a space. */
  systems: Record<string, string>;
}

export const valueSets = {
  classCode: {
    source: 'JDV_J57-ClassCode-DMP (1.2.250.1.213.1.1.5.6)',
    version: '20230922120000',
    systems: {
      '1.2.250.1.213.1.1.4.1': '10 11 31 42 43 44 45 52 60 90 95',
      URN: 'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1',
    },
  },
  typeCode: {
    source: 'JDV_J66-TypeCode-DMP (1.2.250.1.213.1.1.5.7)',
    version: '20240927120000',
    systems: {
      '1.2.250.1.213.1.1.4.12':
        'AUTORIS-SOINS ATTEST-RESID ATTEST-DROITS-AM ATTEST-ASS-COMPL ATTEST-HEBGT BIL_AUTO CERT_DECL ' +
        'DISP_AUT EXPPAT_1 EXPPAT_2 EXPPAT_3 IMG-KOS PROT_ALD REMB SYNTH DOCPAT01 DOCPAT02 DOCPAT03 DOCPAT04 ' +
        'DOCPAT05 DOCPAT06 DOCPAT07 DOCPAT08 DOCPAT09 PRESC-AAT PRESC-BIO PRESC-KINE PRESC-INF PRESC-PEDI ' +
        'PRESC-ORTHOPHO PRESC-ORTHOPTIE',
      '2.16.840.1.113883.6.1':
        '11369-6 11488-4 11490-0 11502-2 11505-5 11506-3 15507-7 15508-5 18748-4 18761-7 18776-5 28617-9 ' +
        '28653-4 29274-8 34112-3 34120-6 34133-9 34749-2 34794-8 34842-5 34874-8 34875-5 47420-5 52040-3 ' +
        '51969-4 55115-0 56445-0 57057-2 57055-6 57075-4 57828-6 57832-8 57833-6 59283-2 59284-0 60280-5 ' +
        '60568-3 60591-5 60593-1 61357-0 67851-6 68599-0 68817-6 70004-7 74207-2 74465-6 75468-9 75482-0 ' +
        '75492-9 75496-0 77436-4 77604-7 78341-5 78489-2 78513-9 78601-2 80565-5 80771-9 80788-3 80820-4 ' +
        '83836-7 83869-8 83901-9 83981-1 85208-7 86531-1 87273-9 88348-8 89233-1 89235-6 89601-9 93024-8 ' +
        '96349-6 96173-0 96874-3 101881-1',
      ASTM: 'E1762',
    },
  },
  confidentialityCode: {
    source: 'JDV_J58-ConfidentialityCode-DMP (1.2.250.1.213.1.1.5.9)',
    version: '20200424120000',
    systems: {
      '2.16.840.1.113883.5.25': 'N R V',
      '1.2.250.1.213.1.1.4.13': 'INVISIBLE_PATIENT INVISIBLE_REPRESENTANTS_LEGAUX MASQUE_PS',
    },
  },
  contentTypeCode: {
    source: 'JDV_J59-ContentTypeCode-DMP (1.2.250.1.213.1.1.5.2)',
    version: '20230526120000',
    systems: {
      '1.2.250.1.213.1.1.4.6': 'EXP_PATIENT',
      '1.2.250.1.213.2.2':
        '03 04 07 08 09 11 13 14 15 16 17 18 19 20 21 22 25 26 27 28 33 37 40 42 43 44 45 46 47 48 50 52 60 ' + '97',
      '1.2.250.1.71.4.2.4':
        'SA05 SA06 SA07 SA08 SA09 SA10 SA11 SA12 SA13 SA14 SA15 SA16 SA17 SA18 SA19 SA20 SA21 SA22 SA23 SA24 ' +
        'SA25 SA26 SA27 SA28 SA29 SA30 SA31 SA32 SA33 SA34 SA35 SA36 SA37 SA38 SA39 SA40 SA41 SA42 SA43 SA44 ' +
        'SA45 SA46 SA47 SA48 SA49 SA50 SA51 SA52 SA53 SA54 SA55 SA56 SA57 SA58 SA59 SA60 SA61 SA63',
    },
  },
  formatCode: {
    source: 'JDV_J60-FormatCode-DMP (1.2.250.1.213.1.1.5.8)',
    version: '20240223120000',
    systems: {
      '1.2.250.1.213.1.1.4.2.282':
        'urn:ans:ci-sis:bio-ep-bio:2022 urn:ans:ci-sis:img-da:2022 urn:asip:ci-sis:aunv:2013 ' +
        'urn:asip:ci-sis:avk:2009 urn:asip:ci-sis:crgm:2018 urn:asip:ci-sis:crrtn:2013 ' +
        'urn:asip:ci-sis:cse-cs24:2017 urn:asip:ci-sis:cse-cs8:2017 urn:asip:ci-sis:cse-cs9:2017 ' +
        'urn:asip:ci-sis:d2lm-fidd:2017 urn:asip:ci-sis:d2lm-fin:2017 urn:asip:ci-sis:dci:2009 ' +
        'urn:asip:ci-sis:dlu:2015 urn:asip:ci-sis:dlu-dlu-dom:2022 urn:asip:ci-sis:dlu-fludr-dom:2022 ' +
        'urn:asip:ci-sis:dlu-fludt-dom:2022 urn:ans:ci-sis:cse-mde:2023 urn:asip:ci-sis:eunv:2013 ' +
        'urn:asip:ci-sis:fludr:2017 urn:asip:ci-sis:fludt:2017 urn:asip:ci-sis:frcp:2011 ' +
        'urn:asip:ci-sis:hr:2019 urn:asip:ci-sis:idap:2011 urn:asip:ci-sis:ldl-ees:2017 ' +
        'urn:asip:ci-sis:ldl-ses:2017 urn:asip:ci-sis:pavc:2016 urn:asip:ci-sis:pps-cancer:2017 ' +
        'urn:asip:ci-sis:pps-paerpa:2017 urn:asip:ci-sis:ppv:2009 urn:asip:ci-sis:psc:2009 ' +
        'urn:asip:ci-sis:sdm-mr:2017 urn:asip:ci-sis:sunv:2013 urn:asip:ci-sis:tap:2009 ' +
        'urn:asip:ci-sis:vac:2019 urn:asip:ci-sis:vsm:2012 urn:asipSante:modelesHorsProfils:2011 ' +
        'urn:asip:ci-sis:cr-cpa:2020 urn:asip:ci-sis:cr-anest:2020 urn:asip:ci-sis:tlm-da:2020 ' +
        'urn:asip:ci-sis:vac-note:2021 urn:asip:ci-sis:obp-sap:2023 urn:asip:ci-sis:obp-snm:2023 ' +
        'urn:asip:ci-sis:obp-sne:2023 urn:asip:ci-sis:obp-scm:2023 urn:asip:ci-sis:obp-sem:2023 ' +
        'urn:asip:ci-sis:ppp:2023',
      '1.3.6.1.4.1.19376.1.2.3':
        'urn:ihe:iti:dsg:detached:2014 urn:ihe:iti:xds-sd:pdf:2008 urn:ihe:iti:xds-sd:text:2008 ' +
        'urn:ihe:pharm:dis:2010 urn:ihe:iti-fr:xds-sd:jpeg:2010 urn:ihe:iti-fr:xds-sd:rtf:2010 ' +
        'urn:ihe:iti-fr:xds-sd:tiff:2010 urn:ihe:lab:xd-lab:2008 urn:ihe:palm:apsr:2016 urn:ihe:pcc:ips:2020 ' +
        'urn:ihe:pharm:pre:2010 urn:ihe:eyecare:geneyeevalcn:2014 ' +
        'urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013',
      '1.2.840.10008.2.6.1': '1.2.840.10008.5.1.4.1.1.88.59',
      URN: 'http://www.w3.org/2000/09/xmldsig#',
    },
  },
  healthcareFacilityTypeCode: {
    source: 'JDV_J61-HealthcareFacilityTypeCode-DMP (1.2.250.1.213.1.1.5.3)',
    version: '20240126120000',
    systems: {
      '1.2.250.1.213.1.1.4.6': 'EXP_PATIENT SNR',
      '1.2.250.1.71.4.2.4':
        'SA01 SA02 SA03 SA04 SA05 SA06 SA07 SA08 SA09 SA10 SA11 SA12 SA13 SA14 SA15 SA16 SA17 SA18 SA19 SA20 ' +
        'SA21 SA22 SA23 SA24 SA25 SA26 SA27 SA28 SA29 SA30 SA31 SA32 SA33 SA34 SA35 SA36 SA37 SA38 SA39 SA40 ' +
        'SA41 SA42 SA43 SA44 SA45 SA46 SA47 SA48 SA49 SA50 SA51 SA52 SA53 SA54 SA55 SA56 SA57 SA58 SA59 SA60 ' +
        'SA61 SA63',
    },
  },
  practiceSettingCode: {
    source: 'JDV_J04-XdsPracticeSettingCode-CISIS (1.2.250.1.213.1.1.5.467)',
    version: '20240927120000',
    systems: {
      '1.2.250.1.213.1.1.4.6': 'EXP_PATIENT SNR',
      '1.2.250.1.213.1.1.4.9': 'AMBULATOIRE AMO DEPISTAGE ESSMS ETABLISSEMENT HAD MAD PALLIATIF SAD SAMU_SMUR',
    },
  },
  authorSpecialty: {
    source: 'JDV_J01-XdsAuthorSpecialty-CISIS (1.2.250.1.213.1.1.5.461)',
    version: '20241213120000',
    systems: {
      '1.2.250.1.213.1.1.4.6': 'ALIM_AM DISPOSITIF EXP_PATIENT SECRETARIAT_MEDICAL AUTOMATE SNR LOGICIEL_DUI',
      '1.2.250.1.213.1.1.4.5':
        'G15_10 G15_10/PAC00 G15_10/SM01 G15_10/SM02 G15_10/SM03 G15_10/SM04 G15_10/SM05 G15_10/SM06 ' +
        'G15_10/SM07 G15_10/SM08 G15_10/SM09 G15_10/SM10 G15_10/SM11 G15_10/SM12 G15_10/SM13 G15_10/SM14 ' +
        'G15_10/SM15 G15_10/SM16 G15_10/SM17 G15_10/SM18 G15_10/SM19 G15_10/SM20 G15_10/SM21 G15_10/SM22 ' +
        'G15_10/SM23 G15_10/SM24 G15_10/SM25 G15_10/SM26 G15_10/SM27 G15_10/SM28 G15_10/SM29 G15_10/SM30 ' +
        'G15_10/SM31 G15_10/SM32 G15_10/SM33 G15_10/SM34 G15_10/SM35 G15_10/SM36 G15_10/SM37 G15_10/SM38 ' +
        'G15_10/SM39 G15_10/SM40 G15_10/SM41 G15_10/SM42 G15_10/SM43 G15_10/SM44 G15_10/SM45 G15_10/SM46 ' +
        'G15_10/SM47 G15_10/SM48 G15_10/SM49 G15_10/SM50 G15_10/SM51 G15_10/SM52 G15_10/SM53 G15_10/SM54 ' +
        'G15_10/SM55 G15_10/SM56 G15_10/SM57 G15_10/SM58 G15_10/SM59 G15_10/SM60 G15_10/SM61 G15_10/SM62 ' +
        'G15_10/SM63 G15_10/SM64 G15_10/SM65 G15_10/SM66 G15_10/SM67 G15_10/SM68 G15_10/SM69 G15_10/SM70 ' +
        'G15_10/SM71 G15_10/SM72 G15_10/SM73 G15_10/SM74 G15_10/SM75 G15_10/SM76 G15_10/SM77 G15_10/SM78 ' +
        'G15_10/SM79 G15_10/SM80 G15_10/SM81 G15_10/SM82 G15_10/SM83 G15_10/SM84 G15_10/SM85 G15_10/SM86 ' +
        'G15_10/SM87 G15_10/SM88 G15_10/SM89 G15_10/SM90 G15_10/SM91 G15_10/SM92 G15_10/SM93 G15_10/SM94 ' +
        'G15_10/SM95 G15_10/CEX22 G15_10/CEX24 G15_10/CEX26 G15_10/CEX64 G15_10/C01 G15_10/C03 G15_10/C05 ' +
        'G15_10/C07 G15_10/C09 G15_10/C10 G15_10/C11 G15_10/C12 G15_10/C13 G15_10/C15 G15_10/C20 G15_10/C23 ' +
        'G15_10/C25 G15_10/C27 G15_10/C29 G15_10/C30 G15_10/C31 G15_10/C33 G15_10/C34 G15_10/C35 G15_10/C36 ' +
        'G15_10/C37 G15_10/C38 G15_10/C39 G15_10/C40 G15_10/C41 G15_10/C43 G15_10/C45 G15_10/C47 G15_10/C51 ' +
        'G15_10/C52 G15_10/C54 G15_10/C57 G15_10/C58 G15_10/C60 G15_10/C62 G15_10/C68 G15_10/C69 G15_10/C71 ' +
        'G15_10/C72 G15_10/C75 G15_10/C76 G15_10/C83 G15_10/CAPA01 G15_10/CAPA02 G15_10/CAPA03 G15_10/CAPA04 ' +
        'G15_10/CAPA05 G15_10/CAPA06 G15_10/CAPA07 G15_10/CAPA08 G15_10/CAPA09 G15_10/CAPA10 G15_10/CAPA11 ' +
        'G15_10/CAPA12 G15_10/CAPA13 G15_10/CAPA14 G15_10/CAPA15 G15_10/CAPA16 G15_10/DSM200 G15_10/DSM201 ' +
        'G15_10/DSM202 G15_10/DSM203 G15_10/DSM204 G15_10/DSM205 G15_10/DSM206 G15_10/DSM207 G15_10/DSM208 ' +
        'G15_10/DSM209 G15_10/DSM210 G15_10/DSM211 G15_10/DSM212 G15_10/DSM213 G15_10/DSM214 G15_10/DSM215 ' +
        'G15_10/DSM216 G15_10/DSM217 G15_10/DSM218 G15_10/DSM219 G15_10/DSM220 G15_10/DSM221 G15_10/DSM222 ' +
        'G15_10/DSM223 G15_10/DSM224 G15_10/DSM225 G15_10/DSM226 G15_10/DSM227 G15_10/DSM228 G15_10/DSM229 ' +
        'G15_10/DSM230 G15_10/DSM231 G15_10/DSM232 G15_10/DSM233 G15_10/DSM234 G15_10/DSM235 G15_10/DSM236 ' +
        'G15_10/DSM237 G15_10/DSM238 G15_10/DSM239 G15_10/DSM240 G15_21 G15_21/A G15_21/B G15_21/C G15_21/D ' +
        'G15_21/DA G15_21/DM G15_21/E G15_21/EA G15_21/EB G15_21/EC G15_21/ED G15_21/EG G15_21/EH G15_21/G ' +
        'G15_21/H G15_21/M G15_26 G15_28 G15_31 G15_32 G15_35 G15_36 G15_37 G15_38 G15_39 G15_40 G15_40/SCD01 ' +
        'G15_40/SCD02 G15_40/SCD03 G15_50 G15_60 G15_60/SI01 G15_60/SI02 G15_60/SI03 G15_60/SI04 G15_60/SI05 ' +
        'G15_69 G15_70 G15_80 G15_81 G15_82 G15_83 G15_84 G15_85 G15_86 G15_91 G15_92 G15_94 G15_95 G15_96 ' +
        'G15_98 G16_10 G16_21 G16_40 G16_50 G15_10/80 G15_10/81 G15_10/DEC01 G15_10/DEC02 G15_10/DEC03 ' +
        'G15_10/DEC04 G15_10/DEC05 G15_10/DEC06 G15_10/DEC07 G15_10/DEC08 G15_10/DEC09 G15_10/DEC10 ' +
        'G15_10/DEC11 G15_10/DEC12 G15_10/DEC13 G15_10/DEC14 G15_10/DEC15 G15_10/DEC16 G15_10/DEC17 ' +
        'G15_10/DEC18 G15_10/DEC19 G15_10/DEC20 G15_10/DEC21 G15_10/DEC22 G15_10/DEC23 G15_10/DEC24 ' +
        'G15_10/SST01 G15_10/SST02 G15_10/SST03 G15_10/SST04 G15_10/SST05 G15_10/SST06 G15_10/SST07 ' +
        'G15_10/SST08 G15_10/SST09 G15_10/SST10 G15_10/SST11 G15_10/SST12 G15_10/SST13 G15_10/SST14 ' +
        'G15_10/SST15 G15_10/SST16 G15_10/SST17 G15_10/SST18 G15_10/SST19 G15_10/SST20 G15_10/SST21 ' +
        'G15_10/SST22 G15_10/SST23 G15_10/SST24 G15_10/SST25 G15_10/SST26 G15_21/FQ01 G15_21/FQ02 G15_21/FQ03 ' +
        'G15_21/FQ04 G15_21/FQ05',
      '1.2.250.1.213.1.6.1.109': '71 72 73 93',
      '1.2.250.1.213.1.6.1.4': '41',
      '1.2.250.1.213.1.6.1.107':
        '300 301 302 303 304 305 306 307 308 309 310 311 312 313 314 315 316 317 318 319 320 321 322 323 324 ' +
        '325 326 327 328 329 330 331 333 334 332 335 336 337 338 339 340 341 342 343 344 345 346 347 348 349 ' +
        '350 351 353 354 355 356 357 358 359 360 361 362 363 364 365 366 367 368 369 370',
    },
  },
} satisfies Record<string, ValueSet>;

export type ValueSetName = keyof typeof valueSets;
