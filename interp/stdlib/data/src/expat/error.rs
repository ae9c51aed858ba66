//! The errors of XML parsing: their codes, names and words.
//!
//! Not here: where in a document they happen.

/// Code, name without prefix, words; in the order of the codes from 1 on.
pub static ERRORS: &[(&str, &str)] = &[
    ("NO_MEMORY", "out of memory"), ("SYNTAX", "syntax error"), ("NO_ELEMENTS", "no element found"), ("INVALID_TOKEN", "not well-formed (invalid token)"),
    ("UNCLOSED_TOKEN", "unclosed token"), ("PARTIAL_CHAR", "partial character"), ("TAG_MISMATCH", "mismatched tag"), ("DUPLICATE_ATTRIBUTE", "duplicate attribute"),
    ("JUNK_AFTER_DOC_ELEMENT", "junk after document element"), ("PARAM_ENTITY_REF", "illegal parameter entity reference"), ("UNDEFINED_ENTITY", "undefined entity"),
    ("RECURSIVE_ENTITY_REF", "recursive entity reference"), ("ASYNC_ENTITY", "asynchronous entity"), ("BAD_CHAR_REF", "reference to invalid character number"),
    ("BINARY_ENTITY_REF", "reference to binary entity"), ("ATTRIBUTE_EXTERNAL_ENTITY_REF", "reference to external entity in attribute"),
    ("MISPLACED_XML_PI", "XML or text declaration not at start of entity"), ("UNKNOWN_ENCODING", "unknown encoding"),
    ("INCORRECT_ENCODING", "encoding specified in XML declaration is incorrect"), ("UNCLOSED_CDATA_SECTION", "unclosed CDATA section"),
    ("EXTERNAL_ENTITY_HANDLING", "error in processing external entity reference"), ("NOT_STANDALONE", "document is not standalone"),
    ("UNEXPECTED_STATE", "unexpected parser state - please send a bug report"), ("ENTITY_DECLARED_IN_PE", "entity declared in parameter entity"),
    ("FEATURE_REQUIRES_XML_DTD", "requested feature requires XML_DTD support in Expat"), ("CANT_CHANGE_FEATURE_ONCE_PARSING", "cannot change setting once parsing has begun"),
    ("UNBOUND_PREFIX", "unbound prefix"), ("UNDECLARING_PREFIX", "must not undeclare prefix"), ("INCOMPLETE_PE", "incomplete markup in parameter entity"),
    ("XML_DECL", "XML declaration not well-formed"), ("TEXT_DECL", "text declaration not well-formed"), ("PUBLICID", "illegal character(s) in public id"),
    ("SUSPENDED", "parser suspended"), ("NOT_SUSPENDED", "parser not suspended"), ("ABORTED", "parsing aborted"), ("FINISHED", "parsing finished"),
    ("SUSPEND_PE", "cannot suspend in external parameter entity"),
    ("RESERVED_PREFIX_XML", "reserved prefix (xml) must not be undeclared or bound to another namespace name"),
    ("RESERVED_PREFIX_XMLNS", "reserved prefix (xmlns) must not be declared or undeclared"),
    ("RESERVED_NAMESPACE_URI", "prefix must not be bound to one of the reserved namespace names"), ("INVALID_ARGUMENT", "invalid argument"),
    ("NO_BUFFER", "a successful prior call to function XML_GetBuffer is required"),
    ("AMPLIFICATION_LIMIT_BREACH", "limit on input amplification factor (from DTD and entities) breached"), ("NOT_STARTED", "parser not started"),
];

/// A code that the parser raises.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Code {
    Syntax = 2, NoElements = 3, InvalidToken = 4, UnclosedToken = 5, PartialChar = 6, TagMismatch = 7, DuplicateAttribute = 8, JunkAfterDocElement = 9,
    ParamEntityRef = 10, UndefinedEntity = 11, RecursiveEntityRef = 12, AsyncEntity = 13, BadCharRef = 14, BinaryEntityRef = 15, AttributeExternalEntityRef = 16,
    MisplacedXmlPi = 17, IncorrectEncoding = 19, UnclosedCdata = 20, ExternalEntityHandling = 21, NotStandalone = 22,
    CantChangeFeature = 26, UnboundPrefix = 27, UndeclaringPrefix = 28, XmlDecl = 30, TextDecl = 31, PublicId = 32, Finished = 36,
    ReservedPrefixXml = 38, ReservedPrefixXmlns = 39, ReservedNamespaceUri = 40, Amplification = 43,
}

/// The words of a code.
pub fn words(code: i64) -> Option<&'static str> { usize::try_from(code - 1).ok().and_then(|i| ERRORS.get(i)).map(|e| e.1) }
