"""Certificates and political review (bpmn/certificate.bpmn, bpmn/certificate-void.bpmn; domain §2.4, §10.9 P-CERT).

kinds        what may be certified, and who may ask for it
asking       who asks, with which papers; nobody learns more of their own dossier than the certificate says
facts        what the dossier records, each fact with its material
issuing      drafted, reviewed by another, numbered, sealed; or refused
voiding      a wrong certificate is made void by two people
verifying    whether a paper somebody holds is genuine
work         the certificate a step is about
"""
