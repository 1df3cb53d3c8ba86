package dev.stillgate.proxy.dialect.stream;

/** Meaning of a JSON value or object of a response for a {@link ProseReader}. */
public enum ProseField {
    /** A response: a document, or a part of one. */
    ANSWER,
    ANSWER_ID,
    /** The type of an event. */
    EVENT_TYPE,
    SEQUENCE,
    /** A content block of Messages. */
    BLOCK,
    BLOCK_INDEX,
    /** The type of a delta or a content part. */
    DELTA_TYPE,
    /** The type of a block or an item. */
    TYPE,
    /** The complete text of a block, a choice or a part. */
    WHOLE_TEXT,
    /** Text of a stored message; its role decides whether it is prose. */
    STORED_TEXT,
    ROLE,
    /** A piece of text. */
    DELTA_TEXT,
    /** Repetition of the text of a part. */
    REPEATED_TEXT,
    /** Citations, annotations or log-probabilities, which refer to positions in the text. */
    ANNOTATIONS,
    /** Log-probabilities of a piece of text. */
    DELTA_ANNOTATIONS,
    SIGNATURE,
    CHOICES,
    CHOICE,
    FINISH,
    TOOL,
    TOOL_OUTPUT,
    THINKING,
    REFUSAL,
    SOUND,
    USAGE,
    ITEM,
    PART,
    OUTPUT_INDEX,
    CONTENT_INDEX
}
