"""OFAC's own terms, and what they are in FollowTheMoney; shared by the readers of its XML formats.

The terms are those of the reference values that the enhanced and the advanced file carry. A term that is not here loses nothing: its
value becomes a note that begins with the term.
"""

from __future__ import annotations

SCHEMATA = {"Individual": "Person", "Entity": "Organization", "Vessel": "Vessel", "Aircraft": "Airplane"}

NAME_PARTS = {
    "First Name": "firstName",
    "Middle Name": "middleName",
    "Last Name": "lastName",
    "Patronymic": "fatherName",
    "Matronymic": "motherName",
}
#: the order in which the parts of a person's name are spoken
NAME_ORDER = ("First Name", "Middle Name", "Patronymic", "Matronymic", "Last Name", "Maiden Name")
WHOLE_NAMES = ("Entity Name", "Vessel Name", "Aircraft Name")

#: features whose value is a value of a property; the first property that the schema has is taken
FEATURES: dict[str, tuple[str, ...]] = {
    "Gender": ("gender",),
    "Title": ("title",),
    "Place of Birth": ("birthPlace",),
    "POB": ("birthPlace",),
    "Nationality Country": ("nationality", "country"),
    "Citizenship Country": ("citizenship", "country"),
    "Nationality of Registration": ("jurisdiction", "country"),
    "Registration Country": ("jurisdiction", "country"),
    "Website": ("website",),
    "Email Address": ("email",),
    "Phone Number": ("phone",),
    "SWIFT/BIC": ("swiftBic",),
    "Organization Type": ("sector",),
    "Target Type": ("classification",),
    "D-U-N-S Number": ("dunsCode",),
    "Location": ("address",),
    "Vessel Call Sign": ("callSign",),
    "Other Vessel Call Sign": ("callSign",),
    "VESSEL TYPE": ("type",),
    "Other Vessel Type": ("type",),
    "Vessel Flag": ("flag",),
    "Other Vessel Flag": ("flag",),
    "Former Vessel Flag": ("pastFlags",),
    "Vessel Tonnage": ("deadweightTonnage",),
    "Vessel Gross Registered Tonnage": ("grossRegisteredTonnage",),
    "Aircraft Construction Number (also called L/N or S/N or F/N)": ("serialNumber",),
    "Aircraft Manufacturer’s Serial Number (MSN)": ("serialNumber",),
    "Aircraft Manufacturer's Serial Number (MSN)": ("serialNumber",),
    "Aircraft Mode S Transponder Code": ("icaoCode",),
    "Aircraft Model": ("model",),
    "Aircraft Tail Number": ("registrationNumber",),
    "Previous Aircraft Tail Number": ("registrationNumber",),
}
#: features whose value is a date or an interval
DATES: dict[str, tuple[str, ...]] = {
    "Birthdate": ("birthDate",),
    "DOB": ("birthDate",),
    "Organization Established Date": ("incorporationDate",),
    "Aircraft Manufacture Date": ("buildDate",),
    "Vessel Year of Build": ("buildDate",),
}
#: features that only companies have
COMPANY = {"ISIN": "isinCode", "Equity Ticker": "ticker", "BIK (RU)": "bikCode"}
#: features that name another party, which may be on no list: the relation, the role of the one named, the role of the one listed
NAMED = {"Vessel Owner": ("Ownership", "owner", "asset"), "Aircraft Operator": ("UnknownLink", "subject", "object")}
CURRENCY = "Digital Currency Address - "

#: features that say what the listing entails
PROVISIONS = frozenset(
    {
        "Additional Sanctions Information",
        "Secondary sanctions risk",
        "CAATSA Section 235 Information",
        "IFCA Determination",
        "PEESA Information",
        "Executive Order 13662 Directive Determination",
        "Executive Order 13846 information",
        "Executive Order 14014 Directive Information",
        "Executive Order 14024 Directive Information",
        "Executive Order 14059 information",
        "Transactions Prohibited For Persons Owned or Controlled By U.S. Financial Institutions",
    }
)
#: how features begin that date the listing
LISTING_DATES = {"Listing Date (": "listingDate", "Effective Date (": "startDate"}

#: documents and registrations whose number has a property of its own; all others are an idNumber of persons, a registrationNumber of the rest
NUMBERS: dict[str, str] = {
    **dict.fromkeys(
        (
            "Passport",
            "Diplomatic Passport",
            "British National Overseas Passport",
            "Stateless Person Passport",
        ),
        "passportNumber",
    ),
    **dict.fromkeys(
        (
            "Tax ID No.",
            "NIT #",
            "RUC #",
            "RIF #",
            "R.F.C.",
            "RFC",
            "C.U.I.T.",
            "C.I.F.",
            "N.I.F.",
            "RTN",
            "US FEIN",
            "Fiscal Code",
            "Italian Fiscal Code",
            "Paraguayan tax identification number",
            "Romanian Tax Registration",
            "Numero Unico de Identificacao Tributaria (NUIT)",
        ),
        "taxNumber",
    ),
    **dict.fromkeys(
        (
            "Registration ID",
            "Registration Number",
            "Business Registration Number",
            "Business Registration Document #",
            "Commercial Registry Number",
            "Company Number",
            "UK Company Number",
            "C.R. No.",
            "Public Registration Number",
            "Government Gazette Number",
            "Romanian C.R.",
            "Certificate of Incorporation Number",
            "Registration Certificate Number (Dubai)",
            "Registered Charity No.",
            "Business Number",
            "Enterprise Number",
            "Organization Code",
            "Matricula Mercantil No",
            "Folio Mercantil No.",
            "Istanbul Chamber of Comm. No.",
            "Chamber of Commerce Number",
            "Dubai Chamber of Commerce Membership No.",
            "MSB Registration Number",
            "Branch Unit Number",
            "Central Registration System Number",
            "Economic Register Number (CBLS)",
            "Trademark number",
            "RSIN",
            "Russian State Individual Business Registration Number Pattern (OGRNIP)",
            "Vessel Registration Identification",
            "Aircraft Serial Identification",
        ),
        "registrationNumber",
    ),
    **dict.fromkeys(
        (
            "License",
            "Trade License No.",
            "Tourism License No.",
            "Permit Number",
            "SRE Permit No.",
            "Pilot License Number",
            "Afghan Money Service Provider License Number",
        ),
        "licenseNumber",
    ),
    "V.A.T. Number": "vatCode",
    "Legal Entity Number": "leiCode",
    "Unified Social Credit Code (USCC)": "uscCode",
    "United Social Credit Code Certificate (USCCC)": "uscCode",
    "SSN": "socialSecurityNumber",
    "MMSI": "mmsi",
}
#: terms of documents that are not told by an ending such as “No.” or “Number”
DOCUMENTS = frozenset(
    {
        "D.N.I.",
        "N.I.E.",
        "C.I.N.",
        "C.U.R.P.",
        "C.U.I.P.",
        "C.U.I.",
        "I.F.E.",
        "Credencial electoral",
        "Cartilla de Servicio Militar Nacional",
        "Personal ID Card",
        "Numero de Identidad",
        "CNP (Personal Numerical Code)",
        "Romanian Permanent Resident",
        "Refugee ID Card",
        "Stateless Person ID Card",
        "Tazkira National ID Card",
        "UAE Identification",
        "Seafarer's Identification Document",
        "VisaNumberID",
        "Chinese Commercial Code",
    }
)

#: a relation of one party to another: the schema, the role of the first, the role of the other
RELATIONS: dict[str, tuple[str, str, str]] = {
    "acting for or on behalf of": ("Representation", "agent", "client"),
    "owned or controlled by": ("Ownership", "asset", "owner"),
    "property in the interest of": ("Ownership", "asset", "owner"),
    "owns, controls, or operates": ("Ownership", "owner", "asset"),
    "leader or official of": ("Directorship", "director", "organization"),
    "principal executive officer": ("Directorship", "director", "organization"),
    "family member of": ("Family", "person", "relative"),
    "associate of": ("Associate", "person", "associate"),
    "providing support to": ("UnknownLink", "subject", "object"),
    "playing a significant role in": ("UnknownLink", "subject", "object"),
}
#: which of OFAC's four kinds of party can have a role
FITS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("agent", "client", "owner", "director"), frozenset({"Person", "Organization"})),
    **dict.fromkeys(("person", "relative", "associate"), frozenset({"Person"})),
    "asset": frozenset({"Organization", "Vessel", "Airplane"}),
    "organization": frozenset({"Organization"}),
    **dict.fromkeys(("subject", "object"), frozenset({"Person", "Organization", "Vessel", "Airplane"})),
}
