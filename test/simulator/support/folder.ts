/** A folder, and associations, as a submission writes them; put into golden td2-1/02 by the tests of folders and relations. */
import { append, both, type Edit, within } from './edit-ebxml.ts';

export const hasMember = 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember';
export const iti = (type: 'RPLC' | 'APND' | 'XFRM' | 'XFRM_RPLC'): string => `urn:ihe:iti:2007:AssociationType:${type}`;

export const associationXml = (id: string, type: string, source: string, target: string): string =>
  `<rim:Association id="${id}" associationType="${type}" sourceObject="${source}" targetObject="${target}"></rim:Association>`;

/** An association more. */
export const associate = (id: string, type: string, source: string, target: string): Edit =>
  append(associationXml(id, type, source, target));

const name = (value: string): string =>
  `<rim:Name><rim:LocalizedString charset="UTF8" value="${value}" xml:lang="FR"/></rim:Name>`;

export const folderUniqueId = '2.16.840.1.113883.19.7601.3.70.2';
/** A folder of P1 with one code. */
export const folderXml =
  `<rim:RegistryPackage id="Folder01">${name('Classeur de la sortie')}` +
  '<rim:Classification id="f01" classificationNode="urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2" classifiedObject="Folder01"/>' +
  '<rim:Classification id="f02" classificationScheme="urn:uuid:1ba97051-7806-41a8-a48b-8fce7af683c5" classifiedObject="Folder01" nodeRepresentation="SORTIE">' +
  '<rim:Slot name="codingScheme"><rim:ValueList><rim:Value>2.16.840.1.113883.19.7601.9.1</rim:Value></rim:ValueList></rim:Slot>' +
  `${name('Sortie (code fictif)')}</rim:Classification>` +
  '<rim:ExternalIdentifier id="f03" identificationScheme="urn:uuid:f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a" registryObject="Folder01" ' +
  `value="236046999012376^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH">${name('XDSFolder.patientId')}</rim:ExternalIdentifier>` +
  '<rim:ExternalIdentifier id="f04" identificationScheme="urn:uuid:75df8f67-9973-4fbe-a900-df66cefecc5a" registryObject="Folder01" ' +
  `value="${folderUniqueId}">${name('XDSFolder.uniqueId')}</rim:ExternalIdentifier></rim:RegistryPackage>`;

/** Puts the folder in a lot, and the lot's document in the folder. */
export const withFolder: Edit = both(
  within(/<rim:ExtrinsicObject id="Document01"/, (entry) => folderXml + entry),
  associate('a50', hasMember, 'SubmissionSet01', 'Folder01'),
  associate('a51', hasMember, 'Folder01', 'Document01'),
);
