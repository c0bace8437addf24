/**
 * Codes and displays, once per code system (key: codingScheme OID). LOINC codes © Regenstrief Institute.
 * Written by tools/terminology.ts: do not edit.
 *
 * Sources: ANS nomenclatures:
 * - JDV_J57_ClassCode_DMP, 20230922120000: ansforge/IG-terminologie-de-sante ig/main/ValueSet-JDV-J57-ClassCode-DMP.json @6ed5ca6
 * - JDV_J58_ConfidentialityCode_DMP, 20200424120000: ansforge/IG-terminologie-de-sante ig/main/ValueSet-JDV-J58-ConfidentialityCode-DMP.json @1129295
 * - JDV_J59_ContentTypeCode_DMP, 20230526120000: ansforge/IG-terminologie-de-sante ig/main/ValueSet-JDV-J59-ContentTypeCode-DMP.json @2280f82
 * - JDV_J60_FormatCode_DMP, 20240223120000: ansforge/IG-terminologie-de-sante ig/main/ValueSet-JDV-J60-FormatCode-DMP.json @6ed5ca6
 * - JDV_J61_HealthcareFacilityTypeCode_DMP, 20240126120000: ansforge/IG-terminologie-de-sante ig/main/ValueSet-JDV-J61-HealthcareFacilityTypeCode-DMP.json @1129295
 * - JDV_J65-SubjectRole-DMP, 20220729120000: ansforge/PSC-POC api-proxy/src/test/resources/JDV_J65-SubjectRole-DMP.xml (2022-07-29; Apache-2.0 repo)
 * - JDV_J66_TypeCode_DMP, 20240927120000: ansforge/IG-terminologie-de-sante ig/main/ValueSet-JDV-J66-TypeCode-DMP.json @10becae63ffca1649c387312339947c820b31a0e
 * - JDV_J01_XdsAuthorSpecialty_CISIS, 20241213120000: ansforge/TestContenuCDA-3-0 jeuxDeValeurs/JDV_J01_XdsAuthorSpecialty_CISIS.xml
 * - JDV_J02_XdsHealthcareFacilityTypeCode_CISIS, 20241213120000: ansforge/TestContenuCDA-3-0 jeuxDeValeurs/JDV_J02_XdsHealthcareFacilityTypeCode_CISIS.xml
 * - JDV_J03_XdsContentTypeCode_CISIS, 20240531120000: ansforge/IG-terminologie-de-sante ig/main/ValueSet-JDV-J03-XdsContentTypeCode-CISIS.json @1386626
 * - JDV_J04_XdsPracticeSettingCode_CISIS, 20240927120000: ansforge/TestContenuCDA-3-0 jeuxDeValeurs/JDV_J04_XdsPracticeSettingCode_CISIS.xml
 * - JDV_J06_XdsClassCode_CISIS, 20230922120000: ansforge/IG-terminologie-de-sante ig/main/ValueSet-JDV-J06-XdsClassCode-CISIS.json @6ed5ca6
 * - JDV_J07_XdsTypeCode_CISIS, 20240927120000: ansforge/TestContenuCDA-3-0 jeuxDeValeurs/JDV_J07_XdsTypeCode_CISIS.xml
 * - JDV_J08_XdsConfidentialityCode_CISIS, 20200424120000: ansforge/TestContenuCDA-3-0 jeuxDeValeurs/JDV_J08_XdsConfidentialityCode_CISIS.xml
 * - JDV_J10_XdsFormatCode_CISIS, 20240426120000: ansforge/IG-terminologie-de-sante ig/main/ValueSet-JDV-J10-XdsFormatCode-CISIS.json @4783586
 * - TRE_A00_ProducteurDocNonPS, 20231215120000: ansforge/IG-terminologie-de-sante ig/main/CodeSystem-TRE-A00-ProducteurDocNonPS.json @2280f82
 * - TRE_A01_CadreExercice, 20231215120000: ansforge/IG-terminologie-de-sante ig/main/CodeSystem-TRE-A01-CadreExercice.json @2280f82
 * - TRE_A07_StatutVisibiliteDocument, 20231215120000: ansforge/IG-terminologie-de-sante ig/main/CodeSystem-TRE-A07-StatutVisibiliteDocument.json @1129295
 * - TRE_G15-ProfessionSante, 20211217120000: ansforge/DRIM-M_DRIMbox Backend/src/main/resources/CISIS/TRE_G15-ProfessionSante-FHIR.json (MIT repo)
 * - TRE_R01-EnsembleSavoirFaire-CISIS, 20200424120000: ansforge/DRIM-M_DRIMbox Backend/src/main/resources/CISIS/TRE_R01-EnsembleSavoirFaire-CISIS-FHIR.json (MIT repo)
 * - TRE_R02_SecteurActivite (codes carried by JDV_J02), 20241213120000: derived from ansforge/TestContenuCDA-3-0 jeuxDeValeurs/JDV_J02_XdsHealthcareFacilityTypeCode_CISIS.xml (2024-12-13)
 */

export const codeTables: Readonly<Record<string, string>> = {
  '1.2.250.1.213.1.1.4.1': `
10|Compte rendu
11|Synthèse
31|Imagerie médicale
42|Prescription
43|Dispensation
44|Plan de soins, protocole de soins
45|Traitement administré
52|Certificat, déclaration
60|Données de remboursement
90|Autres documents déposés par le patient
95|Document de gestion
99|Document technique
`,
  URN: `
urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1|Digital Signature
http://www.w3.org/2000/09/xmldsig#|Default signature style
`,
  '2.16.840.1.113883.5.25': `
N|Normal
R|Restreint
V|Très restreint
`,
  '1.2.250.1.213.1.1.4.13': `
INVISIBLE_PATIENT|Non visible par le patient
INVISIBLE_REPRESENTANTS_LEGAUX|Non visible par les représentants légaux du patient
MASQUE_PS|Masqué aux professionnels de santé
MASQUE_PSOCIAL|Masqué aux professionnels du dom social
MASQUE_PT|Masqué aux personnes tierces
`,
  '1.2.250.1.213.1.1.4.6': `
EXP_PATIENT|Expression personnelle du patient
SNR|Service numérique référencé
ALIM_AM|Alimentation automatique à partir du Système d'Information de l'Assurance Maladie
DISPOSITIF|Dispositif médical
SECRETARIAT_MEDICAL|Secrétariat médical
AUTOMATE|Automate
LOGICIEL_DUI|Logiciel de Dossier Usager Informatisé
`,
  '1.2.250.1.213.2.2': `
03|Hospitalisation complète (non compris hospitalisation de semaine)
04|Hospitalisation de jour
07|Consultations soins externes
08|Bloc opératoire (y compris obstétrical et gynécologique)
09|Autres unités médico-techniques (anesthésiologie, explor fonct, rééduc et réadapt fonct, pharmacie)
11|Hébergement complet ou internat (non compris internat de semaine)
13|Semi-internat
14|Externat
15|Placement en famille d'accueil (strictement social)
16|Prestations sur le lieu de vie (non compris placement familial)
17|Internat de semaine
18|Hébergement de nuit en structure éclatée
19|Traitement et cure ambulatoire
20|Hospitalisation de semaine
21|Accueil de Jour (sans distinction entre semi-internat et externat)
22|Accueil de nuit
25|Hébergement temporaire de week-end ou de vacances
26|Analyses médicales biologiques
27|Accueil modulable/séquentiel
28|Consultations dentaires et soins dentaires
33|Recherche
37|Accueil et prise en charge en appartement thérapeutique
40|Accueil temporaire avec hébergement
42|Equipe mobile de rue
43|Tous modes d'accueil avec hébergement
44|Accueil temporaire de jour
45|Accueil temporaire (avec et sans hébergement)
46|Tous modes d'accueil (avec et sans hébergement)
47|Accueil de jour et accompagnement en milieu ordinaire
48|Tous modes d'accueil et d'accompagnement
50|Protection juridique
52|Accompagnement social personnalisé
60|Consultations et actes
97|Autre type d'activité
`,
  '1.2.250.1.71.4.2.4': `
SA05|Centre de santé
SA06|Autre structure du Service de santé des armées
SA07|Cabinet individuel
SA08|Cabinet de groupe
SA09|Exercice en société
SA10|Transporteur sanitaire
SA11|Entreprise d'intérim
SA12|Etablissement de soins et prévention
SA13|Prévention et soins en entreprise
SA14|Etablissements scolaires, universitaires et de formation hors champ FINESS
SA15|PMI et Planification familiale
SA16|Etablissement pour personnes handicapées
SA17|Etablissement pour personnes âgées
SA18|Etablissement aide à la famille
SA19|Etablissements FINESS de formation aux professions sanitaires et sociales
SA20|Etablissement pour la protection de l'enfance
SA21|Etablissement d'hébergement et de réadaptation
SA22|Recherche
SA23|Assurance privée
SA24|Organisme de sécurité sociale
SA25|Laboratoire de biologie médicale
SA26|Ministère ou Service déconcentré
SA27|Collectivité territoriale
SA28|Association ou organisme humanitaire
SA29|Laboratoire d'analyses et de biologie médicale
SA30|Autre établissement sanitaire
SA31|Répartition et Distribution de médicaments et dispositifs médicaux
SA32|Fabrication, Exploitation et Importation de médicaments et dispositifs médicaux
SA33|Pharmacie d'officine
SA34|Centre de dialyse
SA35|Para-pharmacie
SA36|Centre anti-cancer
SA37|Centre de transfusion sanguine
SA38|Pharmacie minière
SA39|Pharmacie mutualiste
SA40|Secteur privé, praticien hospitalier temps plein
SA41|Autre établissement du domaine social ou médico-social
SA42|Appareillage médical
SA43|Secteur non défini
SA44|Recrutement ou Gestion RH
SA45|Communication, Marketing, Consulting, Média
SA46|Fabrication, Exploitation, Importation, Répartition, Distribution médicaments et dispositifs médicaux
SA47|Incendie et secours
SA48|Entreprise industrielle et tertiaire hors industrie pharmaceutique
SA49|Entité Outre-Mer
SA50|Permanence des soins ambulatoires hors cabinet
SA51|Structure de coopération avec autorisation de soins
SA52|Maison de santé ou Pôle de santé
SA53|Siège administratif d'un établissement de santé
SA54|Centre de dépistage et de prévention
SA55|Laboratoire pharmaceutique préparant et délivrant des allergènes
SA56|Propharmacie
SA57|Structure de coopération avec mission de coordination de soins
SA58|Entreprise de taxis
SA59|Laboratoire de biologie médicale hors catégorie standard
SA60|Centres médicaux SNCF
SA61|Structure Dispensatrice à domicile d'Oxygène à usage médical
SA63|Communauté professionnelle territoriale de santé et équipe de soins spécialisés
SA01|Etablissement public de santé
SA02|Hôpital militaire du Service de santé des armées
SA03|Etablissement privé PSPH
SA04|Etablissement privé non PSPH
SA64|Société de téléconsultation
SA65|Antenne de pharmacie
SA66|Services de Prévention et de Santé au Travail (SPST)
SA67|Maisons médicales de garde (MMG)
SA68|Services départementaux d'incendie et de secours
SA69|Maisons de naissance
`,
  '1.2.250.1.213.1.1.4.2.282': `
urn:ans:ci-sis:bio-ep-bio:2022|Prescription d'actes de biologie médicale
urn:ans:ci-sis:img-da:2022|Demande d'actes d'imagerie
urn:asip:ci-sis:aunv:2013|Fiche d'admission en unité neuro-vasculaire
urn:asip:ci-sis:avk:2009|Fiche patient à risque en cardiologie - Traitement AVK
urn:asip:ci-sis:crgm:2018|Compte rendu de génétique moléculaire
urn:asip:ci-sis:crrtn:2013|Compte-rendu de rétinographie
urn:asip:ci-sis:cse-cs24:2017|Certificat de santé du 24ème mois de l'enfant
urn:asip:ci-sis:cse-cs8:2017|Certificat de santé du 8ème jour de l'enfant
urn:asip:ci-sis:cse-cs9:2017|Certificat de santé du 9ème mois de l'enfant
urn:asip:ci-sis:d2lm-fidd:2017|Seconde lecture de mammographie - Fiche d'interprétation du bilan de diagnostic différé
urn:asip:ci-sis:d2lm-fin:2017|Seconde lecture de mammographie - Fiche d'interprétation nationale
urn:asip:ci-sis:dci:2009|Fiche patient à risque en cardiologie - Défibrillateur cardiaque interne
urn:asip:ci-sis:dlu:2015|Document de liaison d'urgence
urn:asip:ci-sis:dlu-dlu-dom:2022|Document de liaison d'urgence DOM
urn:asip:ci-sis:dlu-fludr-dom:2022|Fiche de liaison d'urgence - Retour des urgences vers le domicile
urn:asip:ci-sis:dlu-fludt-dom:2022|Fiche de liaison d'urgence - Transfert du domicile vers les urgences
urn:ans:ci-sis:cse-mde:2023|Mesures de signes vitaux
urn:asip:ci-sis:eunv:2013|Fiche d'épisode de soin en unité neuro-vasculaire
urn:asip:ci-sis:fludr:2017|Fiche de liaison d'urgence - Retour des urgences vers l'EHPAD
urn:asip:ci-sis:fludt:2017|Fiche de liaison d'urgence - Transfert de l'EHPAD vers les urgences
urn:asip:ci-sis:frcp:2011|Fiche de réunion de concertation pluridisciplinaire
urn:asip:ci-sis:hr:2019|Données de remboursement
urn:asip:ci-sis:idap:2011|Information et directives anticipées du patient
urn:asip:ci-sis:ldl-ees:2017|Lettre de Liaison à l'entrée d'un établissement de santé
urn:asip:ci-sis:ldl-ses:2017|Lettre de Liaison à la sortie de l'établissement de santé
urn:asip:ci-sis:pavc:2016|Compte-rendu de consultation d'évaluation pluri-professionnelle post AVC
urn:asip:ci-sis:pps-cancer:2017|Programme Personnalisé de Soins - Cancer
urn:asip:ci-sis:pps-paerpa:2017|Plan Personnalisé de Santé - PAERPA
urn:asip:ci-sis:ppv:2009|Fiche patient à risque en cardiologie - Porteur d'une prothèse valvulaire
urn:asip:ci-sis:psc:2009|Fiche patient à risque en cardiologie - Porteur d'un stimulateur cardiaque
urn:asip:ci-sis:sdm-mr:2017|Set de Données Minimum - Maladies Rares
urn:asip:ci-sis:sunv:2013|Fiche de sortie d'unité neuro-vasculaire
urn:asip:ci-sis:tap:2009|Fiche patient à risque en cardiologie - Traitement antiagrégant plaquettaire, stent
urn:asip:ci-sis:vac:2019|Historique des vaccinations
urn:asip:ci-sis:vsm:2012|Synthèse médicale
urn:asipSante:modelesHorsProfils:2011|Document non référencé IHE ou CI-SIS
urn:asip:ci-sis:cr-cpa:2020|Compte rendu de consultation pré-anesthésique
urn:asip:ci-sis:cr-anest:2020|Compte rendu d'anesthésie
urn:asip:ci-sis:tlm-da:2020|Demande d'acte de télémédecine
urn:asip:ci-sis:vac-note:2021|Note de vaccination
urn:asip:ci-sis:obp-sap:2023|Synthèse antepartum
urn:asip:ci-sis:obp-snm:2023|Synthèse Salle de Naissance Mère
urn:asip:ci-sis:obp-sne:2023|Synthèse Salle de Naissance Enfant
urn:asip:ci-sis:obp-scm:2023|Synthèse Suites de Couches Mère
urn:asip:ci-sis:obp-sem:2023|Synthèse Enfant en Maternité
urn:asip:ci-sis:ppp:2023|Plan personnalisé de prévention
urn:ans:ci-sis:feuille-de-style:2023|Feuille de style
urn:asip:ci-sis:dlu:2024|Document de liaison d'urgence
urn:asip:ci-sis:ft-su:2024|Fiche de transfert vers le service des urgences
urn:asip:ci-sis:fr-su:2024|Fiche de retour du service des urgences
urn:asip:ci-sis:export-dui:2023|Export du Dossier Usager informatisé
urn:asip:ci-sis:cva:2017|Carnet de vaccination électronique
`,
  '1.3.6.1.4.1.19376.1.2.3': `
urn:ihe:iti:dsg:detached:2014|Signature détachée
urn:ihe:iti:xds-sd:pdf:2008|Document à corps non structuré en Pdf/A-1
urn:ihe:iti:xds-sd:text:2008|Document à corps non structuré en texte brut
urn:ihe:pharm:dis:2010|Dispensation médicamenteuse
urn:ihe:iti-fr:xds-sd:jpeg:2010|Document à corps non structuré en format jpeg
urn:ihe:iti-fr:xds-sd:rtf:2010|Document à corps non structuré en format rtf
urn:ihe:iti-fr:xds-sd:tiff:2010|Document à corps non structuré en format tiff
urn:ihe:lab:xd-lab:2008|Compte rendu structuré d'examens de biologie médicale
urn:ihe:palm:apsr:2016|CR d'anatomie et de cytologie pathologiques
urn:ihe:pcc:ips:2020|Synthèse du dossier médical
urn:ihe:pharm:pre:2010|Prescription de médicaments
urn:ihe:eyecare:geneyeevalcn:2014|CR de consultation en ophtalmologie
urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013|Compte-rendu d'imagerie médicale
urn:ihe:iti:dsg:enveloping:2014|Document signé avec une signature enveloppante
urn:ihe:pat:apsr:all:2010|Compte rendu d'anatomie et de cytologie pathologiques - Modèle générique
urn:ihe:pat:apsr:breast:2010|Compte rendu d'anatomie et de cytologie pathologiques - Sein
urn:ihe:pat:apsr:colon:2010|Compte rendu d'anatomie et de cytologie pathologiques - Côlon
urn:ihe:pat:apsr:prostate:2010|Compte rendu d'anatomie et de cytologie pathologiques - Prostate
urn:ihe:pat:apsr:thyroid:2010|Compte rendu d'anatomie et de cytologie pathologiques - Thyroïde
urn:ihe:pat:apsr:lung:2010|Compte rendu d'anatomie et de cytologie pathologiques - Poumon
urn:ihe:pat:apsr:skin:2010|Compte rendu d'anatomie et de cytologie pathologiques - Mélanome cutané
urn:ihe:pat:apsr:kidney:2010|Compte rendu d'anatomie et de cytologie pathologiques - Rein
urn:ihe:pat:apsr:cervix:2010|Compte rendu d'anatomie et de cytologie pathologiques - Col de l'utérus
urn:ihe:pat:apsr:endometrium:2010|Compte rendu d'anatomie et de cytologie pathologiques - Corps utérin
urn:ihe:pat:apsr:ovary:2010|Compte rendu d'anatomie et de cytologie pathologiques - Ovaires
urn:ihe:pat:apsr:esophagus:2010|Compte rendu d'anatomie et de cytologie pathologiques - Oesophage
urn:ihe:pat:apsr:stomach:2010|Compte rendu d'anatomie et de cytologie pathologiques - Estomac
urn:ihe:pat:apsr:liver:2010|Compte rendu d'anatomie et de cytologie pathologiques - Foie
urn:ihe:pat:apsr:pancreas:2010|Compte rendu d'anatomie et de cytologie pathologiques - Pancréas
urn:ihe:pat:apsr:testis:2010|Compte rendu d'anatomie et de cytologie pathologiques - Testicule
urn:ihe:pat:apsr:urinary_bladder:2010|Compte rendu d'anatomie et de cytologie pathologiques - Vessie
urn:ihe:pat:apsr:lip_oral_cavity:2010|Compte rendu d'anatomie et de cytologie pathologiques - Cavité buccale
urn:ihe:pat:apsr:pharynx:2010|Compte rendu d'anatomie et de cytologie pathologiques - Pharynx
urn:ihe:pat:apsr:salivary_gland:2010|Compte rendu d'anatomie et de cytologie pathologiques - Glandes salivaires
urn:ihe:pat:apsr:larynx:2010|Compte rendu d'anatomie et de cytologie pathologiques - Larynx
`,
  '1.2.840.10008.2.6.1': `
1.2.840.10008.5.1.4.1.1.88.59|Document Références d'objets d'un examen d'imagerie selon profil IHE RAD XDS-I
`,
  '1.2.250.1.71.1.2.7': `
10|Médecin
21|Pharmacien
26|Audioprothésiste
28|Opticien-Lunetier
31|Assistant dentaire
32|Physicien médical
35|Aide-soignant
36|Ambulancier
37|Auxiliaire de puériculture
38|Préparateur en pharmacie hospitalière
39|Préparateur en pharmacie (officine)
40|Chirurgien-Dentiste
50|Sage-Femme
60|Infirmier
69|Infirmier psychiatrique
70|Masseur-Kinésithérapeute
80|Pédicure-Podologue
81|Orthoprothésiste
82|Podo-Orthésiste
83|Orthopédiste-Orthésiste
84|Oculariste
85|Epithésiste
86|Technicien de laboratoire médical
91|Orthophoniste
92|Orthoptiste
94|Ergothérapeute
95|Diététicien
96|Psychomotricien
98|Manipulateur ERM
93|Psychologue
`,
  '1.2.250.1.213.1.6.1.109': `
71|Ostéopathe
72|Psychothérapeute
73|Chiropracteur
93|Psychologue
97|Conseiller en génétique
`,
  '1.2.250.1.213.1.6.1.4': `
41|Assistant de service social
42|Auxiliaire de vie sociale
43|Technicien de l'intervention sociale et familiale
44|Conseiller en économie sociale et familiale
45|Médiateur familial
46|Assistant familial
47|Aide médico-psychologique (AMP)
48|Moniteur éducateur
49|Educateur de jeunes enfants
51|Educateur spécialisé
52|Educateur technique spécialisé
53|Accompagnant éducatif et social
`,
  '1.2.250.1.213.1.6.1.140': `
99|Acteur caractérisé par son rôle
`,
  '1.2.250.1.71.4.2.5': `
SCD01|Orthopédie dento-faciale (SCD)
SCD02|Chirurgie orale (SCD)
SCD03|Médecine bucco-dentaire (SCD)
PAC00|Qualifié Praticien Adjoint Contractuel (PAC)
SM01|Anatomie et cytologie pathologiques (SM)
SM02|Anesthésie-réanimation (SM)
SM03|Biologie médicale (SM)
SM04|Cardiologie et maladies vasculaires (SM)
SM05|Chirurgie générale (SM)
SM06|Chirurgie maxillo-faciale (SM)
SM07|Chirurgie maxillo-faciale et stomatologie (SM)
SM08|Chirurgie orthopédique et traumatologie (SM)
SM09|Chirurgie infantile (SM)
SM10|Chirurgie plastique reconstructrice et esthétique (SM)
SM11|Chirurgie thoracique et cardio-vasculaire (SM)
SM12|Chirurgie urologique (SM)
SM13|Chirurgie vasculaire (SM)
SM14|Chirurgie viscérale et digestive (SM)
SM15|Dermatologie et vénéréologie (SM)
SM16|Endocrinologie et métabolisme (SM)
SM17|Génétique médicale (SM)
SM18|Gériatrie (SM)
SM19|Gynécologie médicale (SM)
SM20|Gynécologie-obstétrique (SM)
SM21|Hématologie (SM)
SM22|Hématologie option Maladie du sang (SM)
SM23|Hématologie option Onco-hématologie (SM)
SM24|Gastro-entérologie et hépatologie (SM)
SM25|Médecine du travail (SM)
SM26|Qualifié en médecine générale (SM)
SM27|Médecine interne (SM)
SM28|Médecine nucléaire (SM)
SM29|Médecine physique et réadaptation (SM)
SM30|Néphrologie (SM)
SM31|Neuro-chirurgie (SM)
SM32|Neurologie (SM)
SM33|Neuro-psychiatrie (SM)
SM34|ORL et chirurgie cervico-faciale (SM)
SM35|Oncologie option onco-hématologie (SM)
SM36|Oncologie option médicale (SM)
SM37|Oncologie option radiothérapie (SM)
SM38|Ophtalmologie (SM)
SM39|Oto-rhino-laryngologie (SM)
SM40|Pédiatrie (SM)
SM41|Pneumologie (SM)
SM42|Psychiatrie (SM)
SM43|Psychiatrie option enfant et adolescent (SM)
SM44|Radiodiagnostic (SM)
SM45|Radiothérapie (SM)
SM46|Médecine intensive-réanimation (SM)
SM47|Recherche médicale (SM)
SM48|Rhumatologie (SM)
SM49|Santé publique et médecine sociale (SM)
SM50|Stomatologie (SM)
SM51|Gynéco-obstétrique et Gynéco médicale option Gynéco-obst. (SM)
SM52|Gynéco-obstétrique et Gynéco médicale option Gynéco-médicale (SM)
SM53|Spécialiste en médecine générale (SM)
SM54|Médecine générale (SM)
SM55|Radiodiagnostic et radiothérapie (SM)
SM56|Chirurgie orale (SM)
SM57|Allergologie (SM)
SM58|Maladies infectieuses et tropicales (SM)
SM59|Médecine d'urgence (SM)
SM60|Médecine légale et expertises médicales (SM)
SM61|Médecine vasculaire (SM)
SM62|Endocrinologie, diabétologie, nutrition (SM)
SM63|Biologie médicale option biologie générale (SM)
SM64|Biologie médicale option médecine moléculaire, génétique et pharmacologie (SM)
SM65|Biologie médicale option hématologie et immunologie (SM)
SM66|Biologie médicale option agents infectieux (SM)
SM67|Biologie médicale option biologie de la reproduction (SM)
SM68|Chirurgie maxillo-faciale (réforme 2017) (SM)
SM69|Chirurgie pédiatrique option chirurgie viscérale pédiatrique (SM)
SM70|Chirurgie pédiatrique option orthopédie pédiatrique (SM)
SM71|Hématologie (réforme 2017) (SM)
SM72|Médecine interne et immunologie clinique (SM)
CEX22|Gynécologie médicale et obstétrique (CEX)
CEX24|Gynécologie médicale (CEX)
CEX26|Obstétrique (CEX)
CEX64|Urologie (CEX)
SCH01|Anatomie et cytologie pathologiques (SCH)
SCH02|Anesthésie-réanimation (SCH)
SCH03|Bactériologie-virologie, hygiène hospitalière (SCH)
SCH04|Biochimie (SCH)
SCH05|Biologie cellulaire, histologie, biologie du développement et de la reproduction (SCH)
SCH06|Biologie médicale (SCH)
SCH07|Biophysique (SCH)
SCH08|Oncologie médicale (SCH)
SCH09|Cardiologie et maladies vasculaires (SCH)
SCH10|Chirurgie générale (SCH)
SCH11|Chirurgie viscérale et digestive (SCH)
SCH12|Chirurgie infantile (SCH)
SCH13|Chirurgie maxillo-faciale (SCH)
SCH14|Chirurgie orthopédique et traumatologique (SCH)
SCH15|Chirurgie plastique reconstructrice et esthétique (SCH)
SCH16|Chirurgie thoracique et cardio-vasculaire (SCH)
SCH17|Chirurgie urologique (SCH)
SCH18|Chirurgie vasculaire (SCH)
SCH19|Dermatologie et vénéréologie (SCH)
SCH20|Endocrinologie et métabolisme (SCH)
SCH21|Santé publique (SCH)
SCH22|Explorations fonctionnelles (SCH)
SCH23|Gastro-entérologie et hépatologie (SCH)
SCH24|Génétique (SCH)
SCH25|Génétique médicale (SCH)
SCH26|Gynécologie et obstétrique (SCH)
SCH27|Hématologie biologique (SCH)
SCH28|Hématologie clinique (SCH)
SCH29|Hémobiologie-transfusion (SCH)
SCH30|Hygiène hospitalière (SCH)
SCH31|Immunologie biologique (SCH)
SCH32|Immunologie clinique (SCH)
SCH33|Maladies infectieuses, maladies tropicales (SCH)
SCH34|Médecine de la reproduction et gynécologie médicale (SCH)
SCH35|Médecine du travail (SCH)
SCH36|Médecine d'urgence (SCH)
SCH37|Médecine générale (SCH)
SCH38|Gériatrie (SCH)
SCH39|Médecine interne (SCH)
SCH40|Médecine légale (SCH)
SCH41|Médecine nucléaire (SCH)
SCH42|Médecine physique et de réadaptation (SCH)
SCH43|Néphrologie (SCH)
SCH44|Neurochirurgie (SCH)
SCH45|Neurologie (SCH)
SCH46|Odontologie polyvalente (SCH)
SCH47|Ophtalmologie (SCH)
SCH48|Oto-rhino-laryngologie (SCH)
SCH49|Parasitologie (SCH)
SCH50|Pédiatrie (SCH)
SCH51|Pharmacie polyvalente et pharmacie hospitalière (SCH)
SCH52|Pharmacologie clinique et toxicologie (SCH)
SCH53|Pneumologie (SCH)
SCH54|Psychiatrie polyvalente (SCH)
SCH55|Radiologie (SCH)
SCH56|Oncologie radiothérapique (SCH)
SCH57|Réanimation médicale (SCH)
SCH58|Rhumatologie (SCH)
SCH59|Stomatologie (SCH)
SCH60|Toxicologie et pharmacologie (SCH)
SI01|Exercice infirmier en pratique avancée pathologies chroniques stabilisées (SI)
SI02|Exercice infirmier en pratique avancée oncologie et hémato-oncologie (SI)
SI03|Exercice infirmier en pratique avancée maladie rénale chronique, dialyse et transplantation rénale (SI)
SI04|Exercice infirmier en pratique avancée santé mentale (SI)
C01|Anatomie et cytologie pathologiques humaines (C)
C03|Anesthésie-réanimation (C)
C05|Médecine appliquée aux sports (C)
C07|Cardiologie (C)
C09|Chirurgie plastique reconstructrice et esthétique (C)
C10|Chirurgie maxillo-faciale (C)
C11|Chirurgie thoracique (C)
C12|Chirurgie orthopédique (C)
C13|Urologie (C)
C15|Dermato-vénéréologie (C)
C20|Hémobiologie (C)
C23|Gynécologie médicale et obstétrique (C)
C25|Gynécologie médicale (C)
C27|Obstétrique (C)
C29|Maladies de l'appareil digestif (C)
C30|Néphrologie (C)
C31|Médecine exotique (C)
C33|Allergologie (C)
C34|Angéiologie (C)
C35|Cancérologie (C)
C36|Diabétologie-nutrition (C)
C37|Endocrinologie (C)
C38|Maladies du sang (C)
C39|Réanimation (C)
C40|Médecine légale (C)
C41|Médecine du travail (C)
C43|Neurologie (C)
C45|Neuro-chirurgie (C)
C47|Neuro-psychiatrie (C)
C51|Pédiatrie (C)
C52|Phoniatrie (C)
C54|Pneumologie (C)
C57|Psychiatrie (C)
C58|Psychiatrie option enfant et adolescent (C)
C60|Médecine physique et réadaptation (C)
C62|Rhumatologie (C)
C68|Chirurgie pédiatrique (C)
C69|Médecine nucléaire (C)
C71|Médecine thermale (C)
C72|Génétique médicale (C)
C75|Endocrinologie maladies métaboliques (C)
C76|Orthopédie dento-maxillo-faciale (C)
C83|Chirurgie de la face et du cou (C)
CAPA01|Addictologie clinique (CAPA)
CAPA02|Aide médicale urgente (CAPA)
CAPA03|Allergologie (CAPA)
CAPA04|Angéiologie (CAPA)
CAPA05|Evaluation et traitement de la douleur (CAPA)
CAPA06|Gérontologie (CAPA)
CAPA07|Hydrologie et climatologie médicales (CAPA)
CAPA08|Médecine aérospatiale (CAPA)
CAPA09|Médecine de catastrophe (CAPA)
CAPA10|Médecine et biologie du sport (CAPA)
CAPA11|Médecine de santé au travail et prévention des risques professionnels (CAPA)
CAPA12|Médecine pénitentiaire (CAPA)
CAPA13|Médecine tropicale (CAPA)
CAPA14|Pratiques médico-judiciaires (CAPA)
CAPA15|Technologie transfusionnelle (CAPA)
CAPA16|Toxicomanies et alcoologies (CAPA)
DSM200|Addictologie (DNQ)
DSM201|Allergologie et Immunologie clinique (DNQ)
DSM202|Andrologie (DNQ)
DSM203|Biochimie hormonale et métabolique (DNQ)
DSM204|Biologie des agents infectieux (DNQ)
DSM205|Biologie moléculaire (DNQ)
DSM206|Cancérologie (DNQ)
DSM207|Chirurgie de la face et du cou (DNQ)
DSM208|Chirurgie plastique et reconstructrice (DNQ)
DSM209|Chirurgie vasculaire (DNQ)
DSM210|Cytogénétique humaine (DNQ)
DSM211|Dermatopathologie (DNQ)
DSM212|Foetopathologie (DNQ)
DSM213|Gériatrie (DNQ)
DSM214|Hématologie biologique (DNQ)
DSM215|Hématologie maladies du sang (DNQ)
DSM216|Hémobiologie-transfusion (DNQ)
DSM217|Immunologie et Immunopathologie (DNQ)
DSM218|Médecine de la reproduction (DNQ)
DSM219|Médecine du sport (DNQ)
DSM220|Médecine d'urgence (DNQ)
DSM221|Médecine légale et Expertises médicales (DNQ)
DSM222|Médecine nucléaire (DNQ)
DSM223|Médecine vasculaire (DNQ)
DSM224|Néonatalogie (DNQ)
DSM225|Neuropathologie (DNQ)
DSM226|Nutrition (DNQ)
DSM227|Orthopédie dento-maxillo-faciale (DNQ)
DSM228|Pathologie infectieuse et tropicale, clinique et biologique (DNQ)
DSM229|Pharmacocinétique et Métabolisme des médicaments (DNQ)
DSM230|Pharmacologie clinique et Evaluation des thérapeutiques (DNQ)
DSM231|Psychiatrie de l'enfant et de l'adolescent (DNQ)
DSM232|Radiopharmacie et radiobiologie (DNQ)
DSM233|Réanimation médicale (DNQ)
DSM234|Toxicologie biologique (DNQ)
DSM235|Médecine de la douleur et Médecine palliative (DNQ)
DSM236|Cancérologie, option Traitements médicaux des cancers (DNQ)
DSM237|Cancérologie, option Chirurgie cancérologique (DNQ)
DSM238|Cancérologie, option Réseaux de cancérologie (DNQ)
DSM239|Cancérologie, option Biologie cancérologie (DNQ)
DSM240|Cancérologie, option Imagerie cancérologie (DNQ)
`,
  '1.2.250.1.71.4.2.6': `
A|Pharmacien titulaire d'officine
B|Pharmacien d'entreprise - industrie
C|Pharmacien d'entreprise - distribution
D|Pharmacien adjoint, remplaçant ou gérant
DA|Pharmacien adjoint
DM|Pharmacien mutualiste ou minier
E|Pharmacien d'Outre-Mer
EA|Pharmacien titulaire d'officine - OM
EB|Pharmacien d'entreprise - industrie - OM
EC|Pharmacien d'entreprise - distribution - OM
ED|Pharmacien adjoint - OM
EG|Pharmacien biologiste - OM
EH|Pharmacien d'établissement de santé - OM
G|Pharmacien biologiste
H|Pharmacien d'établissement de santé
M|Pharmacien militaire
`,
  '1.2.250.1.213.1.6.1.19': `
GENR01|Activité de soin et de pharmacie
GENR02|Activité de soins ou de pharmacien en tant que remplaçant
GENR03|Remplacement dans une activité de soins
GENR04|Activité non soignante
GENR06|Délégation de responsabilité pour continuité de service
GENR08|Activité de coordination et d'orientation
GENR09|Activité de professionnel du secteur social et médico-social exerçant des fonctions administratives ou d'appui à l'organisation de l'accompagnement
GENR10|Activité de professionnel du secteur social et médico-social exerçant des fonctions d'accompagnement à la vie sociale, professionnelle et éducative
GENR11|Activité de professionnel du secteur social et médico-social exerçant des fonctions d'accompagnement au soin
GENR12|Activité de professionnel du social et médico-social exerçant des fonctions d'encadrement et d'organisation de l'accompagnement
`,
  '1.2.250.1.213.1.6.1.17': `
FON-01|Titulaire de cabinet
FON-02|Associé dans une société d'exercice (SEL ou SCP)
FON-03|Titulaire d'officine
FON-04|Remplaçant du titulaire d'officine
FON-05|Adjoint
FON-07|Gérant après décès
FON-09|Responsable d'établissement
FON-15|Directeur de laboratoire
FON-16|Directeur-adjoint de laboratoire
FON-17|Collaborateur
FON-18|Assistant salarié
FON-19|Praticien Conseil
FON-21|Médecin scolaire
FON-22|Remplaçant, intérimaire, intermittent
FON-23|Gérant
FON-24|Médecin de santé publique
FON-29|Médecin du travail
FON-32|Régulateur libéral
FON-33|Salarié en poste fixe
FON-36|Délégué
FON-37|Gérant de pharmacie à usage intérieur (PUI)
FON-39|Exercice en PMI
FON-40|Biologiste responsable
FON-41|Biologiste médical
FON-42|Assistant collaborateur
FON-43|Cadre de santé
FON-45|Directeur des soins
FON-46|Enseignant salarié
FON-47|Etudiant remplaçant, adjoint
FON-48|Interne
FON-49|Pharmacien responsable Bonnes Pratiques de Dispensation d'Oxygène
FON-50|Pharmacien adjoint Bonnes Pratiques de Dispensation d'Oxygène
FON-51|Remplacement partiel
FON-52|Etudiant militaire
FON-53|Médecin assistant
FON-54|Permanence des soins
FON-55|Participation libérale aux missions de service public d'un établissement de santé
FON-56|Intervention libérale dans le cadre d'un GCS
FON-57|Docteur junior
FON-AU|Fonction non définie
`,
  '1.2.250.1.213.1.6.1.107': `
300|Assistant de service social (PAERPA)
301|Coordination territoriale d'appui (PAERPA)
302|Aide et accompagnement à domicile (PAERPA)
303|Avocat participant aux processus de soins sans consentement (eSSS)
304|Assistant de service social (Expérimentation MAIA)
305|Psychologue (Expérimentation MAIA)
306|Psychothérapeute (Expérimentation MAIA)
307|Mandataire judiciaire à la protection des majeurs (MJPM)
308|Pilote MAIA
309|Gestionnaire de cas MAIA
310|Equipe médico-sociale APA
311|Autre acteur mettant en oeuvre la méthode MAIA
312|Autre professionnel
313|Aide-soignant
314|Ambulancier
315|Auxiliaire de puériculture
316|Préparateur en pharmacie hospitalière
317|Préparateur en pharmacie (officine)
318|Auxiliaire de vie sociale
319|Technicien de l'intervention sociale et familiale
320|Conseiller en économie sociale et familiale
321|Médiateur familial
322|Assistant familial
323|Aide médico-psychologique (AMP)
324|Moniteur éducateur
325|Educateur de jeunes enfants
326|Educateur spécialisé
327|Educateur technique spécialisé
328|Accompagnant éducatif et social
329|Conseiller en génétique
350|Aide à domicile
351|Assistant(e) maternel(le)
352|Autre salarié de la structure sociale
330|Coordonnateur de parcours
331|Secrétaire assistante médico-administrative
333|Responsable de secteur
334|Biologiste médical ni médecin ni pharmacien
332|Assistant médical
335|Gestionnaire alertes et urgences sanitaires
336|Autre professionnel intervenant dans l'accueil et l'orientation des personnes
337|Autre professionnel intervenant dans la logistique
338|Autre professionnel intervenant dans l'hôtellerie et la restauration
339|Autre professionnel intervenant dans la direction de la qualité, hygiène, sécurité et environnement
340|Autre professionnel intervenant dans la direction des systèmes d'information
341|Autre professionnel intervenant dans la direction des finances et comptabilité
342|Autre professionnel intervenant dans la direction de la communication
343|Autre professionnel intervenant dans la direction des ressources humaines
344|Autre professionnel intervenant dans la direction des affaires médicales
345|Autre professionnel intervenant dans le social, éducatif, psychologie et culturel
346|Etudiant - infirmier
347|Etudiant - aide-soignant
348|Etudiant - auxiliaire de puériculture
349|Etudiant - masseur-kinésithérapeute
353|Membre de l'équipe de soins
354|Externe en médecine
355|Externe en odontologie
356|Externe en maïeutique
357|Externe en pharmacie
358|Autre étudiant
359|Directeur d'établissement
360|Brancardier
361|Educateur en activité physique adaptée
362|Technicien d'informations médicales
363|Attaché de recherche clinique
364|Praticien A Diplôme Hors Union Européenne (PADHUE)
365|Gestionnaire admissions / frais de séjour / traitement externe
366|Archiviste
367|Surveillant de nuit
368|Animateur
369|Biologiste médical non-médecin
370|Opérateur de Soins Non Programmés
`,
  '1.2.250.1.213.1.1.4.12': `
AUTORIS-SOINS|Autorisation de soins et actes non usuels sanitaires
ATTEST-RESID|Attestation de résidence
ATTEST-DROITS-AM|Attestation de droits à l'assurance maladie
ATTEST-ASS-COMPL|Attestation assurance complémentaire
ATTEST-HEBGT|Attestation d'hébergement
BIL_AUTO|CR de bilan d'évaluation de la perte d'autonomie
CERT_DECL|Certificat, déclaration
DISP_AUT|Dispensation (autre)
EXPPAT_1|Volontés et droits du patient
EXPPAT_2|Autre document du patient
EXPPAT_3|Directives anticipées
IMG-KOS|Reference d'objets d'un examen d'imagerie
PROT_ALD|Protocole de soins ALD
REMB|Données de remboursement
SYNTH|Synthèse
DOCPAT01|Synthèse déposée par le patient
DOCPAT02|Traitement ou document de soins déposé par le patient
DOCPAT03|CR déposé par le patient
DOCPAT04|Imagerie déposée par le patient
DOCPAT05|CR de biologie déposé par le patient
DOCPAT06|CR de prévention déposé par le patient
DOCPAT07|Certificat déposé par le patient
DOCPAT08|Profil médical Mon espace santé
DOCPAT09|Document administratif déposé par le patient
PRESC-AAT|Prescription arrêt de travail
PRESC-BIO|Prescription d'actes de biologie médicale
PRESC-KINE|Prescription d'actes de kinésithérapie
PRESC-INF|Prescription d'actes infirmiers
PRESC-PEDI|Prescription d'actes de pédicurie
PRESC-ORTHOPHO|Prescription d'actes d'orthophonie
PRESC-ORTHOPTIE|Prescription d'actes d'orthoptie
PIECE-IDENTITE|Copie pièce d'identité
FEUILLE-DE-STYLE|Feuille de style
FICHE-CONTACTS|Fiche contacts
EXPORT_DUI|Export du Dossier Usager Informatisé
CONTACTS-URGENCE|Fiche contacts d'urgence
DOCPAT10|Autorisation de soins et actes non usuels sanitaires
`,
  '2.16.840.1.113883.6.1': `
11369-6|Historique des vaccinations
11488-4|CR ou fiche de consultation ou de visite
11490-0|Lettre de liaison à la sortie d'un établissement de soins
11502-2|CR d'examens biologiques
11505-5|CR d'acte thérapeutique (autre)
11506-3|CR ou fiche de suivi de soins par auxiliaire médical
15507-7|CR de passage aux urgences
15508-5|CR d'accouchement
18748-4|CR d'imagerie médicale
18761-7|Note de transfert (dont lettre de liaison à l'entrée en établissement de soins)
18776-5|Plan personnalisé de soins
28617-9|Bilan bucco-dentaire
28653-4|Document du secteur social / médico-social
29274-8|Mesures de signes vitaux
34112-3|CR hospitalier (séjour)
34120-6|Bilan par professionnel de santé
34133-9|Synthèse d'épisode de soins
34749-2|CR de consultation pré-anesthésique
34794-8|CR de réunion de concertation pluridisciplinaire
34842-5|Grille d'évaluation médico-social
34874-8|CR opératoire
34875-5|Évaluation postopératoire et note de suivi
47420-5|CR de bilan fonctionnel
52040-3|Document encapsulant une image d'illustration non DICOM
51969-4|CR de génétique moléculaire
55115-0|Demande d'actes d'imagerie
56445-0|Bilan médicamenteux (Officine)
57057-2|Synthèse Salle de Naissance Mère
57055-6|Synthèse antepartum
57075-4|Synthèse Salle de Naissance Enfant
57828-6|Prescription (autre)
57832-8|Prescription de soins
57833-6|Prescription de produits de santé
59283-2|CR d'examen de l'enfant
59284-0|Attestation de consentement
60280-5|Fiche de retour du service des urgences
60568-3|CR d'anatomie et de cytologie pathologiques
60591-5|Synthèse médicale
60593-1|Dispensation médicamenteuse
61357-0|Intervention pharmaceutique
67851-6|CR d'admission
68599-0|Synthèse psychiatrique
68817-6|Bilan de santé et de prévention de l'enfant
70004-7|CR d'acte diagnostique (autre)
74207-2|Document de liaison d'urgence
74465-6|Questionnaire patient
75468-9|Renouvellement ordonnance par pharmacien correspondant
75482-0|CR d'acte thérapeutique à visée préventive
75492-9|CR d'acte diagnostique à visée préventive ou de dépistage
75496-0|Demande d'acte de télémédecine
77436-4|CR d'anesthésie
77604-7|Planification thérapeutique
78341-5|Fiche de transfert vers le service des urgences
78489-2|Synthèse Enfant en Maternité
78513-9|CR de consultation en ophtalmologie
78601-2|CR d'entretien pharmaceutique
80565-5|CR d'administration de médicaments
80771-9|Projet d'accueil individualisé
80788-3|Projet personnalisé d'accompagnement
80820-4|Formulaire de conciliation médicamenteuse (Hôpital)
83836-7|Schéma dentaire
83869-8|Plan personnalisé de prévention
83901-9|Bilan psychologique
83981-1|Lettre de liaison à la sortie d'une structure sociale ou médico-sociale
85208-7|CR de télémédecine
86531-1|Attestation de sortie
87273-9|Note de vaccination
88348-8|Lettre de liaison d'entrée en structure sociale ou médico-sociale
89233-1|CR de grossesse
89235-6|Synthèse Suites de Couches Mère
89601-9|Certificat médical
93024-8|CR de consultation pharmaceutique
96349-6|Lettre d'adressage
96173-0|Test rapide d'orientation diagnostique
96874-3|COVID-19 Attestation de vaccination
101881-1|Carte d'implant
51851-4|Document administratif
56446-8|Notification de rendez-vous
`,
  ASTM: `
E1762|Full Document
`,
  '1.2.250.1.213.1.1.4.5': `
G15_10|Médecin
G15_10/PAC00|Médecin - Qualification Praticien adjoint contractuel (PAC)
G15_10/SM01|Médecin - Anatomie et Cytologie pathologiques (SM)
G15_10/SM02|Médecin - Anesthésie-réanimation (SM)
G15_10/SM03|Médecin - Biologie médicale (SM)
G15_10/SM04|Médecin - Cardiologie et maladies vasculaires (SM)
G15_10/SM05|Médecin - Chirurgie générale (SM)
G15_10/SM06|Médecin - Chirurgie maxillo-faciale (SM)
G15_10/SM07|Médecin - Chirurgie maxillo-faciale et Stomatologie (SM)
G15_10/SM08|Médecin - Chirurgie orthopédique et Traumatologie (SM)
G15_10/SM09|Médecin - Chirurgie infantile (SM)
G15_10/SM10|Médecin - Chirurgie plastique reconstruct et esthétique (SM)
G15_10/SM11|Médecin - Chirurgie thoracique et cardio-vasculaire (SM)
G15_10/SM12|Médecin - Chirurgie urologique (SM)
G15_10/SM13|Médecin - Chirurgie vasculaire (SM)
G15_10/SM14|Médecin - Chirurgie viscérale et digestive (SM)
G15_10/SM15|Médecin - Dermatologie et Vénéréologie (SM)
G15_10/SM16|Médecin - Endocrinologie et métabolisme (SM)
G15_10/SM17|Médecin - Génétique médicale (SM)
G15_10/SM18|Médecin - Gériatrie (SM)
G15_10/SM19|Médecin - Gynécologie médicale (SM)
G15_10/SM20|Médecin - Gynécologie-obstétrique (SM)
G15_10/SM21|Médecin - Hématologie (SM)
G15_10/SM22|Médecin - Hématologie, opt Maladie du sang (SM)
G15_10/SM23|Médecin - Hématologie, opt Onco-hématologie (SM)
G15_10/SM24|Médecin - Gastro-entérologie et hépatologie (SM)
G15_10/SM25|Médecin - Médecine du travail (SM)
G15_10/SM26|Médecin - Qualifié en Médecine Générale (SM)
G15_10/SM27|Médecin - Médecine interne (SM)
G15_10/SM28|Médecin - Médecine nucléaire (SM)
G15_10/SM29|Médecin - Médecine physique et réadaptation (SM)
G15_10/SM30|Médecin - Néphrologie (SM)
G15_10/SM31|Médecin - Neuro-chirurgie (SM)
G15_10/SM32|Médecin - Neurologie (SM)
G15_10/SM33|Médecin - Neuro-psychiatrie (SM)
G15_10/SM34|Médecin - ORL et Chirurgie cervico-faciale (SM)
G15_10/SM35|Médecin - Oncologie, opt Onco-hématologie (SM)
G15_10/SM36|Médecin - Oncologie, opt médicale (SM)
G15_10/SM37|Médecin - Oncologie, opt radiothérapie (SM)
G15_10/SM38|Médecin - Ophtalmologie (SM)
G15_10/SM39|Médecin - Oto-rhino-laryngologie (SM)
G15_10/SM40|Médecin - Pédiatrie (SM)
G15_10/SM41|Médecin - Pneumologie (SM)
G15_10/SM42|Médecin - Psychiatrie (SM)
G15_10/SM43|Médecin - Psychiatrie, opt enfant et adolescent (SM)
G15_10/SM44|Médecin - Radio-diagnostic (SM)
G15_10/SM45|Médecin - Radio-thérapie (SM)
G15_10/SM46|Médecin - Médecine intensive-réanimation (SM)
G15_10/SM47|Médecin - Recherche médicale (SM)
G15_10/SM48|Médecin - Rhumatologie (SM)
G15_10/SM49|Médecin - Santé publique et Médecine sociale (SM)
G15_10/SM50|Médecin - Stomatologie (SM)
G15_10/SM51|Médecin - Gynéco-obstétrique et Gynéco méd, opt Gyn-obs (SM)
G15_10/SM52|Médecin - Gynéco-obstétrique et Gynéco méd, opt Gyn-méd (SM)
G15_10/SM53|Médecin - Spécialiste en Médecine Générale (SM)
G15_10/SM54|Médecin - Médecine Générale (SM)
G15_10/SM55|Médecin - Radio-diagnostic et Radio-Thérapie (SM)
G15_10/SM56|Médecin - Chirurgie orale (SM)
G15_10/SM57|Médecin - Allergologie (SM)
G15_10/SM58|Médecin - Maladies infectieuses et tropicales (SM)
G15_10/SM59|Médecin - Médecine d'urgence (SM)
G15_10/SM60|Médecin - Médecine légale et expertises médicales (SM)
G15_10/SM61|Médecin - Médecine vasculaire (SM)
G15_10/SM62|Médecin - Endocrinologie, diabétologie, nutrition (SM)
G15_10/SM63|Médecin - Biologie médicale option biologie générale (SM)
G15_10/SM64|Médecin - Biologie médicale option médecine moléculaire, génétique et pharmacologie (SM)
G15_10/SM65|Médecin - Biologie médicale option hématologie et immunologie (SM)
G15_10/SM66|Médecin - Biologie médicale option agents infectieux (SM)
G15_10/SM67|Médecin - Biologie médicale option biologie de la reproduction (SM)
G15_10/SM68|Médecin - Chirurgie maxillo-faciale (réforme 2017) (SM)
G15_10/SM69|Médecin - Chirurgie pédiatrique option chirurgie viscérale pédiatrique (SM)
G15_10/SM70|Médecin - Chirurgie pédiatrique option orthopédie pédiatrique (SM)
G15_10/SM71|Médecin - Hématologie (réforme 2017) (SM)
G15_10/SM72|Médecin - Médecine interne et immunologie clinique (SM)
G15_10/SM73|Médecin - Médecine cardiovasculaire (SM)
G15_10/SM74|Médecin - Radiologie et imagerie médicale (SM)
G15_10/SM75|Médecin - Santé publique (SM)
G15_10/SM76|Médecin - Anesthésie-réanimation option anesthésie-pédiatrique (SM)
G15_10/SM77|Médecin - Chirurgie maxillo-faciale option orthodontie des dysmorphies maxillo-faciales (SM)
G15_10/SM78|Médecin - Chirurgie viscérale et digestive option endoscopie chirurgicale (SM)
G15_10/SM79|Médecin - Médecine cardiovasculaire option cardiologie interventionnelle (SM)
G15_10/SM80|Médecin - Médecine cardiovasculaire option imagerie cardio d'expert (SM)
G15_10/SM81|Médecin - Médecine cardiovasculaire option rythmologie interventionnelle et stimulation cardiaque (SM)
G15_10/SM82|Médecin - Médecine intensive-réanimation option réanimation pédiatrique (SM)
G15_10/SM83|Médecin - Néphrologie option soins intensifs néphrologiques (SM)
G15_10/SM84|Médecin - Neurologie option traitement interventionnel de l'ischémie cérébrale aigüe (SM)
G15_10/SM85|Médecin - Ophtalmo option chirurgie ophtalmopédiatrique et strabologique (SM)
G15_10/SM86|Médecin - ORL et chirurgie cervico-faciale option audiophonologie (SM)
G15_10/SM87|Médecin - Pédiatrie option néonatologie (SM)
G15_10/SM88|Médecin - Pédiatrie option neuropédiatrie (SM)
G15_10/SM89|Médecin - Pédiatrie option pneumopédiatrie (SM)
G15_10/SM90|Médecin - Pédiatrie option réanimation pédiatrique (SM)
G15_10/SM91|Médecin - Pneumologie option soins intensifs respiratoires (SM)
G15_10/SM92|Médecin - Psychiatrie option enfant et adolescent (SM)
G15_10/SM93|Médecin - Psychiatrie option psychiatrie personne âgée (SM)
G15_10/SM94|Médecin - Radiologie imagerie médicale option radiologie interventionnelle avancée (SM)
G15_10/SM95|Médecin - Santé publique option administration de la santé (SM)
G15_10/CEX22|Médecin - Gynécologie médicale et obstétrique (CEX)
G15_10/CEX24|Médecin - Gynécologie médicale (CEX)
G15_10/CEX26|Médecin - Obstétrique (CEX)
G15_10/CEX64|Médecin - Urologie (CEX)
G15_10/C01|Médecin - Anatomie et Cytologie pathologiques humaines (C)
G15_10/C03|Médecin - Anesthésie-réanimation (C)
G15_10/C05|Médecin - Médecine appliquée aux sports (C)
G15_10/C07|Médecin - Cardiologie (C)
G15_10/C09|Médecin - Chirurgie plast reconstruct, esthétique (C)
G15_10/C10|Médecin - Chirurgie maxillo-faciale (C)
G15_10/C11|Médecin - Chirurgie thoracique (C)
G15_10/C12|Médecin - Chirurgie orthopédique (C)
G15_10/C13|Médecin - Urologie (C)
G15_10/C15|Médecin - Dermato-vénéréologie (C)
G15_10/C20|Médecin - Hémobiologie (C)
G15_10/C23|Médecin - Gynécologie médicale et Obstétrique (C)
G15_10/C25|Médecin - Gynécologie médicale (C)
G15_10/C27|Médecin - Obstétrique (C)
G15_10/C29|Médecin - Maladies de l'appareil digestif (C)
G15_10/C30|Médecin - Néphrologie (C)
G15_10/C31|Médecin - Médecine exotique (C)
G15_10/C33|Médecin - Allergologie (C)
G15_10/C34|Médecin - Angéiologie (C)
G15_10/C35|Médecin - Cancérologie (C)
G15_10/C36|Médecin - Diabétologie-nutrition (C)
G15_10/C37|Médecin - Endocrinologie (C)
G15_10/C38|Médecin - Maladies du sang (C)
G15_10/C39|Médecin - Réanimation (C)
G15_10/C40|Médecin - Médecine légale (C)
G15_10/C41|Médecin - Médecine du travail (C)
G15_10/C43|Médecin - Neurologie (C)
G15_10/C45|Médecin - Neuro-chirurgie (C)
G15_10/C47|Médecin - Neuro-psychiatrie (C)
G15_10/C51|Médecin - Pédiatrie (C)
G15_10/C52|Médecin - Phoniatrie (C)
G15_10/C54|Médecin - Pneumologie (C)
G15_10/C57|Médecin - Psychiatrie (C)
G15_10/C58|Médecin - Psychiatrie, opt enfant et adolescent (C)
G15_10/C60|Médecin - Médecine physique et réadaptation (C)
G15_10/C62|Médecin - Rhumatologie (C)
G15_10/C68|Médecin - Chirurgie pédiatrique (C)
G15_10/C69|Médecin - Médecine nucléaire (C)
G15_10/C71|Médecin - Médecine thermale (C)
G15_10/C72|Médecin - Génétique médicale (C)
G15_10/C75|Médecin - Endocrinologie et Maladies métaboliques (C)
G15_10/C76|Médecin - Orthopédie dento-maxillo-faciale (C)
G15_10/C83|Médecin - Chirurgie face et cou (C)
G15_10/CAPA01|Médecin - Addictologie clinique (CAPA)
G15_10/CAPA02|Médecin - Aide médicale urgente (CAPA)
G15_10/CAPA03|Médecin - Allergologie (CAPA)
G15_10/CAPA04|Médecin - Angéiologie (CAPA)
G15_10/CAPA05|Médecin - Evaluation et traitement de la douleur (CAPA)
G15_10/CAPA06|Médecin - Gérontologie (CAPA)
G15_10/CAPA07|Médecin - Hydrologie et climatologie médicales (CAPA)
G15_10/CAPA08|Médecin - Médecine aérospatiale (CAPA)
G15_10/CAPA09|Médecin - Médecine de catastrophe (CAPA)
G15_10/CAPA10|Médecin - Médecine et biologie du sport (CAPA)
G15_10/CAPA11|Médecin - Médecine de travail, prév risques prof (CAPA)
G15_10/CAPA12|Médecin - Médecine pénitentiaire (CAPA)
G15_10/CAPA13|Médecin - Médecine tropicale (CAPA)
G15_10/CAPA14|Médecin - Pratiques médico-judiciaires (CAPA)
G15_10/CAPA15|Médecin - Technologie transfusionnelle (CAPA)
G15_10/CAPA16|Médecin - Toxicomanies et Alcoologies (CAPA)
G15_10/DSM200|Médecin - Addictologie (DNQ)
G15_10/DSM201|Médecin - Allergologie et Immunologie clinique (DNQ)
G15_10/DSM202|Médecin - Andrologie (DNQ)
G15_10/DSM203|Médecin - Biochimie hormonale et métabolique (DNQ)
G15_10/DSM204|Médecin - Biologie des agents infectieux (DNQ)
G15_10/DSM205|Médecin - Biologie moléculaire (DNQ)
G15_10/DSM206|Médecin - Cancérologie (DNQ)
G15_10/DSM207|Médecin - Chirurgie de la face et du cou (DNQ)
G15_10/DSM208|Médecin - Chirurgie plastique et reconstructrice (DNQ)
G15_10/DSM209|Médecin - Chirurgie vasculaire (DNQ)
G15_10/DSM210|Médecin - Cytogénétique humaine (DNQ)
G15_10/DSM211|Médecin - Dermatopathologie (DNQ)
G15_10/DSM212|Médecin - Foetopathologie (DNQ)
G15_10/DSM213|Médecin - Gériatrie (DNQ)
G15_10/DSM214|Médecin - Hématologie biologique (DNQ)
G15_10/DSM215|Médecin - Hématologie maladies du sang (DNQ)
G15_10/DSM216|Médecin - Hémobiologie-transfusion (DNQ)
G15_10/DSM217|Médecin - Immunologie et Immunopathologie (DNQ)
G15_10/DSM218|Médecin - Médecine de la reproduction (DNQ)
G15_10/DSM219|Médecin - Médecine du sport (DNQ)
G15_10/DSM220|Médecin - Médecine d'urgence (DNQ)
G15_10/DSM221|Médecin - Médecine légale et Expertises médicales (DNQ)
G15_10/DSM222|Médecin - Médecine nucléaire (DNQ)
G15_10/DSM223|Médecin - Médecine vasculaire (DNQ)
G15_10/DSM224|Médecin - Néonatalogie (DNQ)
G15_10/DSM225|Médecin - Neuropathologie (DNQ)
G15_10/DSM226|Médecin - Nutrition (DNQ)
G15_10/DSM227|Médecin - Orthopédie dento-maxillo-faciale (DNQ)
G15_10/DSM228|Médecin - Pathologie infect et trop, clin et bio (DNQ)
G15_10/DSM229|Médecin - Pharmacocinétique et Métabolisme des méd (DNQ)
G15_10/DSM230|Médecin - Pharmacologie clin et Eval thérapeutiq (DNQ)
G15_10/DSM231|Médecin - Psychiatrie de l'enfant et de l'ado (DNQ)
G15_10/DSM232|Médecin - Radiopharmacie et radiobiologie (DNQ)
G15_10/DSM233|Médecin - Réanimation médicale (DNQ)
G15_10/DSM234|Médecin - Toxicologie biologique (DNQ)
G15_10/DSM235|Médecin - Médecine de la douleur et Méd palliative (DNQ)
G15_10/DSM236|Médecin - Cancérologie, opt Trait méd des cancers (DNQ)
G15_10/DSM237|Médecin - Cancérologie, opt Chir cancérologique (DNQ)
G15_10/DSM238|Médecin - Cancérologie, opt Réseaux cancérologie (DNQ)
G15_10/DSM239|Médecin - Cancérologie, opt Biologie cancérologie (DNQ)
G15_10/DSM240|Médecin - Cancérologie, opt Imagerie cancérologie (DNQ)
G15_21|Pharmacien
G15_21/A|Pharmacien titulaire d'officine
G15_21/B|Pharmacien d'entreprise - industrie
G15_21/C|Pharmacien d'entreprise - distribution
G15_21/D|Pharmacien adjoint, remplaçant ou gérant
G15_21/DA|Pharmacien adjoint
G15_21/DM|Pharmacien mutualiste ou minier
G15_21/E|Pharmacien d'Outre-Mer
G15_21/EA|Pharmacien titulaire d'officine - OM
G15_21/EB|Pharmacien d'entreprise - industrie - OM
G15_21/EC|Pharmacien d'entreprise - distribution - OM
G15_21/ED|Pharmacien adjoint - OM
G15_21/EG|Pharmacien biologiste - OM
G15_21/EH|Pharmacien d'un établissement de santé - OM
G15_21/G|Pharmacien biologiste
G15_21/H|Pharmacien d'établissement de santé
G15_21/M|Pharmacien militaire
G15_26|Audioprothésiste
G15_28|Opticien-Lunetier
G15_31|Assistant dentaire
G15_32|Physicien médical
G15_35|Aide-soignant
G15_36|Ambulancier
G15_37|Auxiliaire de puériculture
G15_38|Préparateur en pharmacie hospitalière
G15_39|Préparateur en pharmacie (officine)
G15_40|Chirurgien-Dentiste
G15_40/SCD01|Chirurgien-Dentiste - Orthopédie dento-faciale (SCD)
G15_40/SCD02|Chirurgien-Dentiste - Chirurgie orale (SCD)
G15_40/SCD03|Chirurgien-Dentiste - Médecine bucco-dentaire (SCD)
G15_50|Sage-Femme
G15_60|Infirmier
G15_60/SI01|Infirmier - Exercice infirmier en pratique avancée pathologies chroniques stabilisées (SI)
G15_60/SI02|Infirmier - Exercice infirmier en pratique avancée oncologie et hémato-oncologie (SI)
G15_60/SI03|Infirmier - Exerc. infirmier pratique avancée maladie rénale chroniq.,dialyse,transp. rénale (SI)
G15_60/SI04|Infirmier - Exercice infirmier en pratique avancée santé mentale (SI)
G15_60/SI05|Infirmier - Exercice infirmier en pratique avancée urgences (SI)
G15_69|Infirmier psychiatrique
G15_70|Masseur-Kinésithérapeute
G15_80|Pédicure-Podologue
G15_81|Orthoprothésiste
G15_82|Podo-Orthésiste
G15_83|Orthopédiste-Orthésiste
G15_84|Oculariste
G15_85|Epithésiste
G15_86|Technicien de laboratoire médical
G15_91|Orthophoniste
G15_92|Orthoptiste
G15_94|Ergothérapeute
G15_95|Diététicien
G15_96|Psychomotricien
G15_98|Manipulateur ERM
G16_10|Médecin en formation
G16_21|Pharmacien en formation
G16_40|Chirurgien-Dentiste en formation
G16_50|Sage-Femme en formation
G15_10/80|Médecin - Homéopathie (OP)
G15_10/81|Médecin - Acupuncture (OP)
G15_10/DEC01|Médecin - Addictologie (DEC)
G15_10/DEC02|Médecin - Allergologie et immunologie clinique (DEC)
G15_10/DEC03|Médecin - Andrologie (DEC)
G15_10/DEC04|Médecin - Cancérologie option traitements médicaux des cancers (DEC)
G15_10/DEC05|Médecin - Cancérologie option chirurgie cancérologique (DEC)
G15_10/DEC06|Médecin - Cancérologie option réseaux de cancérologie (DEC)
G15_10/DEC07|Médecin - Cancérologie option biologie en cancérologie (DEC)
G15_10/DEC08|Médecin - Cancérologie option imagerie en cancérologie (DEC)
G15_10/DEC09|Médecin - Dermatopathologie (DEC)
G15_10/DEC10|Médecin - Foetopathologie (DEC)
G15_10/DEC11|Médecin - Hémobiologie - tranfusion (DEC)
G15_10/DEC12|Médecin - Médecine de la douleur et médecine palliative (DEC)
G15_10/DEC13|Médecin - Médecine de la reproduction (DEC)
G15_10/DEC14|Médecin - Médecine d'urgence (DEC)
G15_10/DEC15|Médecin - Médecine du sport (DEC)
G15_10/DEC16|Médecin - Médecine légale et expertises médicales (DEC)
G15_10/DEC17|Médecin - Médecine vasculaire (DEC)
G15_10/DEC18|Médecin - Néonatologie (DEC)
G15_10/DEC19|Médecin - Neuropathologie (DEC)
G15_10/DEC20|Médecin - Nutrition (DEC)
G15_10/DEC21|Médecin - Orthopédie dento-maxillo-faciale (DEC)
G15_10/DEC22|Médecin - Pathologie infectieuse et tropicale, clinique et biologique (DEC)
G15_10/DEC23|Médecin - Pharmacologie clinique et évaluation des thérapeutiques (DEC)
G15_10/DEC24|Médecin - Psychiatrie de l'enfant et de l'adolescent (DEC)
G15_10/SST01|Médecin - Addictologie (SST)
G15_10/SST02|Médecin - Bio-informatique médicale (SST)
G15_10/SST03|Médecin - Cancérologie déc. hémato-cancérologie pédiatrique (SST)
G15_10/SST04|Médecin - Cancérologie traitements médicaux des cancers (SST)
G15_10/SST05|Médecin - Cardiologie pédiatrique et congénitale (SST)
G15_10/SST06|Médecin - Chirurgie de la main (SST)
G15_10/SST07|Médecin - Chirurgie en situation de guerre ou de catastrophe (SST)
G15_10/SST08|Médecin - Chirurgie orbito-palpébro-lacrymale (SST)
G15_10/SST09|Médecin - Douleur (SST)
G15_10/SST10|Médecin - Expertise médicale-préjudice corporel (SST)
G15_10/SST11|Médecin - Foetopathologie (SST)
G15_10/SST12|Médecin - Génétique et médecine moléculaire bioclinique (SST)
G15_10/SST13|Médecin - Hématologie bioclinique (SST)
G15_10/SST14|Médecin - Hygiène-prévention de l'infection, résistances (SST)
G15_10/SST15|Médecin - Maladies allergiques (SST)
G15_10/SST16|Médecin - Médecine hospitalière polyvalente (SST)
G15_10/SST17|Médecin - Médecine palliative (SST)
G15_10/SST18|Médecin - Médecine scolaire (SST)
G15_10/SST19|Médecin - Médecine en situation de guerre ou en SSE (SST)
G15_10/SST20|Médecin - Médecine et biologie de la reproduction-andrologie (SST)
G15_10/SST21|Médecin - Médecine du sport (SST)
G15_10/SST22|Médecin - Nutrition appliquée (SST)
G15_10/SST23|Médecin - Pharmacologie médicale/thérapeutique (SST)
G15_10/SST24|Médecin - Sommeil (SST)
G15_10/SST25|Médecin - Thérapie cellulaire/transfusion (SST)
G15_10/SST26|Médecin - Urgences pédiatriques (SST)
G15_21/FQ01|Pharmacien - Expérience prat. art. R.5124-16 du CSP Fabricant
G15_21/FQ02|Pharmacien - Expérience prat. art. R.5124-16 du CSP Exploitant
G15_21/FQ03|Pharmacien - Exp. prat. art. R.5124-16 du CSP Thérapie Cellulaire
G15_21/FQ04|Pharmacien - Expérience pratique article R.5124-18 du CSP
G15_21/FQ05|Pharmacien - Expérience pratique article R.5141-129 du CSP
`,
  '1.2.250.1.213.1.6.1.128': `
05|Hospitalisation à domicile (au domicile du patient)
`,
  '1.2.250.1.213.1.1.4.9': `
AMBULATOIRE|Ambulatoire
AMO|Organisme d'assurance maladie obligatoire
DEPISTAGE|Dépistage
ESSMS|Etablissement ou Service Social ou Médico-Social
ETABLISSEMENT|Etablissement de santé
HAD|Hospitalisation à domicile
MAD|Maintien à domicile
PALLIATIF|Soins palliatifs
SAD|Soins à domicile
SAMU_SMUR|SAMU/SMUR
`,
};
