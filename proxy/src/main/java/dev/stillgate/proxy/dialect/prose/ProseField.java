package dev.stillgate.proxy.dialect.prose;

/** What a place in an answer, or an object of it, is to the reader of its prose. */
enum ProseField {
    NOTHING,
    /** An answer: a document, or a part of one. */
    ANSWER,
    ANSWER_ID,
    /** The type of an event. */
    EVENT_TYPE,
    SEQUENCE,
    /** A content block of Messages. */
    BLOCK,
    BLOCK_INDEX,
    DELTA_TYPE,
    /** The type of a block, an item or a part. */
    TYPE,
    /** Text that stands whole, in a block, a choice or a part. */
    WHOLE_TEXT,
    /** Text of a stored message, whose role decides. */
    STORED_TEXT,
    ROLE,
    /** A piece of text. */
    DELTA_TEXT,
    /** The text of a part once more. */
    REPEATED_TEXT,
    /** Citations, annotations or log-probabilities: whatever makes text more than prose. */
    COUNTED,
    /** Log-probabilities of a piece of text. */
    DELTA_COUNTED,
    SIGNATURE,
    CHOICES,
    CHOICE,
    FINISH,
    TOOL,
    THINKING,
    REFUSAL,
    SOUND,
    USAGE,
    ITEM,
    PART,
    OUTPUT_INDEX,
    CONTENT_INDEX
}
