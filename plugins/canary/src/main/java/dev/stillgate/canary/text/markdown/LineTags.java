package dev.stillgate.canary.text.markdown;

import dev.stillgate.canary.text.word.WordHash;
import java.util.Arrays;

/**
 * Reader of the tags in a text. A tag that a line leaves open holds text for a machine, unless its name consists of
 * words for prose. Not thread-safe.
 */
final class LineTags {
    private static final int NONE = 0;

    /** Hashes of the words of names of tags that hold prose, in ascending order. */
    private static final int[] PROSE = hashes(
            "answer",
            "answers",
            "thinking",
            "think",
            "thought",
            "thoughts",
            "reasoning",
            "reason",
            "rationale",
            "reflection",
            "reflections",
            "analysis",
            "explanation",
            "response",
            "reply",
            "result",
            "results",
            "summary",
            "conclusion",
            "conclusions",
            "scratchpad",
            "plan",
            "planning",
            "essay",
            "story",
            "report",
            "review",
            "feedback",
            "critique",
            "evaluation",
            "assessment",
            "discussion",
            "commentary",
            "introduction",
            "overview",
            "advice",
            "recommendation",
            "recommendations",
            "argument",
            "arguments",
            "opinion",
            "justification",
            "interpretation",
            "narrative",
            "monologue",
            "final",
            "detailed",
            "full",
            "short",
            "brief",
            "initial",
            "first",
            "second",
            "inner",
            "internal",
            "step",
            "steps",
            "by",
            "my",
            "your",
            "the",
            "chain",
            "of",
            "deep",
            "self",
            "overall",
            "revised",
            "complete");

    /** Hashes of the names of elements that have no end, in ascending order. */
    private static final int[] EMPTY = hashes("br", "hr", "img", "wbr");

    private enum Part {
        TEXT,
        NAME,
        ATTRIBUTES,
        /** A word directly after a tag for prose. */
        BESIDE
    }

    private Part part = Part.TEXT;
    private boolean closing;
    private boolean attributes;
    private boolean prose;
    /** Hash of the name so far. */
    private int name;
    /** Hash of the last word of the name. */
    private int word;

    private char previous;

    /** The first tag for a machine, or else for prose, that the line has opened and not closed. */
    private int open;

    private boolean openProse;
    /** The tag whose text is for a machine. */
    private int region;
    /** Number of open tags of that name. */
    private int depth;

    private boolean value;

    private static int[] hashes(String... words) {
        return Arrays.stream(words).mapToInt(WordHash::hash).sorted().toArray();
    }

    void begin() {
        region = open = depth = NONE;
        part = Part.TEXT;
        value = false;
    }

    /** Returns whether the text is for a machine. */
    boolean isRegion() {
        return region != NONE;
    }

    /** Returns whether the text is in a tag for prose. It may be a value that is read by a machine. */
    boolean isValue() {
        return value;
    }

    /** Returns whether a tag is being read. */
    boolean inside() {
        return part != Part.TEXT;
    }

    /** Called for the first character of a tag. */
    void start() {
        part = Part.NAME;
        closing = attributes = false;
        prose = true;
        name = word = WordHash.EMPTY;
        previous = '<';
    }

    /** Takes a character of a tag. */
    void take(char c) {
        if (part == Part.BESIDE) {
            takeBeside(c);
        } else if (c == '>' && inside()) {
            endName();
            endTag();
        } else if (part == Part.TEXT) {
            return;
        } else if (part == Part.ATTRIBUTES) {
            attributes |= c == '=';
        } else if (c == '/' && previous == ':') {
            part = Part.TEXT; // an address
        } else if (c == '/') {
            closing |= previous == '<';
        } else if (Character.isLetterOrDigit(c)) {
            word = WordHash.add(word, c);
            name = WordHash.add(name, c);
        } else if (c == '_' || c == '-' || c == '.' || c == ':') {
            endName();
            name = WordHash.add(name, c);
        } else {
            endName();
            attributes = c == '='; // <function=write>
            part = (attributes || c == ' ') && name != WordHash.EMPTY ? Part.ATTRIBUTES : Part.TEXT;
        }
        previous = c;
    }

    /** A path beside a tag names the file that the tag holds. */
    private void takeBeside(char c) {
        boolean name = previous == '.' && Character.isLetterOrDigit(c);
        openProse &= !(c == '/' || name);
        part = Character.isLetterOrDigit(c) || c == '.' || c == '_' || c == '-' ? part : Part.TEXT;
    }

    private void endName() {
        prose &= word == WordHash.EMPTY || Arrays.binarySearch(PROSE, word) >= 0;
        word = WordHash.EMPTY;
    }

    /** A tag with spaces and no attribute is a gap to be filled in, such as a name. */
    private void endTag() {
        boolean gap = part == Part.ATTRIBUTES && !attributes;
        boolean empty = previous == '/' || Arrays.binarySearch(EMPTY, name) >= 0;
        part = Part.TEXT;
        if (gap || empty || name == WordHash.EMPTY) {
            return;
        }
        prose &= !attributes;
        if (region != NONE) {
            depth += name != region ? 0 : closing ? -1 : 1;
        } else if (closing) {
            depth -= name == open ? 1 : 0;
            open = depth > 0 ? open : NONE;
            value &= !prose;
        } else if (open == NONE || (openProse && !prose)) {
            open = name;
            openProse = prose;
            depth = 1;
            part = prose ? Part.BESIDE : part;
        } else if (name == open) {
            depth++;
        }
    }

    /**
     * Ends a line. Returns whether text for a machine has ended.
     *
     * @param atEdge whether the line begins or ends with a tag; others only mention one
     */
    boolean endLine(boolean atEdge) {
        boolean was = region != NONE;
        if (was) {
            region = depth > 0 ? region : NONE;
        } else if (open != NONE && atEdge) {
            value |= openProse;
            region = openProse ? NONE : open;
        }
        open = NONE;
        depth = region == NONE ? 0 : depth;
        part = Part.TEXT;
        return was && region == NONE;
    }
}
