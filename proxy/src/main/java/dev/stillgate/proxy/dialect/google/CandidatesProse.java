package dev.stillgate.proxy.dialect.google;

import static dev.stillgate.proxy.dialect.stream.DeltaForm.ascii;

import dev.stillgate.proxy.dialect.stream.DeltaForm;
import dev.stillgate.proxy.dialect.stream.GrownBytes;
import dev.stillgate.proxy.dialect.stream.ProseBlock;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.proxy.dialect.stream.ProseField;
import dev.stillgate.proxy.dialect.stream.ProseReader;
import dev.stillgate.proxy.dialect.stream.ProseSlot;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.spi.BodyView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Prose of the Gemini API: the text of parts that are not thinking. In a whole response each such part is a block. In a
 * stream the texts of a candidate are one block up to another part or the candidate's end. The text of a candidate
 * passes unchanged from its first citations, grounding supports or log-probabilities on.
 */
public final class CandidatesProse extends ProseReader {
    private static final JsonPaths<ProseField> PART = JsonPaths.reported(
            ProseField.PART,
            JsonPaths.text("text", ProseField.DELTA_TEXT),
            JsonPaths.presence("thought", ProseField.THINKING),
            JsonPaths.presence("thoughtSignature", ProseField.SIGNATURE),
            JsonPaths.presence("functionCall", ProseField.TOOL),
            JsonPaths.presence("executableCode", ProseField.TOOL),
            JsonPaths.presence("codeExecutionResult", ProseField.TOOL_OUTPUT),
            JsonPaths.presence("inlineData", ProseField.SOUND),
            JsonPaths.presence("fileData", ProseField.SOUND));
    private static final JsonPaths<ProseField> CANDIDATE = JsonPaths.reported(
            ProseField.CHOICE,
            JsonPaths.number("index", ProseField.BLOCK_INDEX),
            JsonPaths.object("content", JsonPaths.of(JsonPaths.list("parts", PART))),
            JsonPaths.presence("citationMetadata", ProseField.ANNOTATIONS),
            JsonPaths.object(
                    "groundingMetadata", JsonPaths.of(JsonPaths.presence("groundingSupports", ProseField.ANNOTATIONS))),
            JsonPaths.presence("logprobsResult", ProseField.ANNOTATIONS),
            JsonPaths.presence("finishReason", ProseField.FINISH));
    private static final JsonPaths.Key<ProseField> ID = JsonPaths.shortString("responseId", ProseField.ANSWER_ID);
    private static final JsonPaths.Key<ProseField> CANDIDATES = JsonPaths.list("candidates", CANDIDATE);
    public static final JsonPaths<ProseField> RESPONSE = JsonPaths.reported(ProseField.ANSWER, ID, CANDIDATES);

    /** A piece of a stream. */
    public static final JsonPaths<ProseField> PIECE = JsonPaths.of(ID, CANDIDATES);

    private static final byte[] NO_NAME = {};
    private static final byte[] SEPARATOR = ascii(",");
    private static final byte[] BEFORE_TEXT = ascii("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"");
    private static final byte[] BEFORE_INDEX = ascii("\"}],\"role\":\"model\"},\"index\":");
    private static final byte[] END = ascii("}]}");

    private final boolean pieces;

    /** The kinds of parts already reported, by candidate. */
    private final Map<Long, Set<BodyView.PartKind>> parts = new HashMap<>();

    /** The kinds of parts to report for the current candidate. */
    private final Set<BodyView.PartKind> found = EnumSet.noneOf(BodyView.PartKind.class);

    /** The texts of the current candidate in order; null for a part that ends a block. */
    private final List<@Nullable ProseSlot> texts = new ArrayList<>();

    /** The number of {@link #texts} that are decided. */
    private int decided;

    /** The block that the decided texts of the current candidate have left open. */
    private @Nullable ProseBlock block;

    /** The last text of {@link #block} in the current event. */
    private @Nullable ProseSlot lastText;

    private long candidate;
    private boolean inCandidate;
    private boolean annotated;
    private boolean finished;

    /** Whether the current part is something else than text of the turn. */
    private boolean otherPart;

    private @Nullable ProseSlot partText;

    public CandidatesProse(ProseBlocks blocks, boolean pieces) {
        super(blocks);
        this.pieces = pieces;
    }

    @Override
    public void begin() {
        super.begin();
        inCandidate = false;
        forgetCandidate();
    }

    private void forgetCandidate() {
        texts.clear();
        decided = 0;
        block = null;
        lastText = null;
        candidate = 0; // the API leaves out an index of 0
        annotated = false;
        finished = false;
        found.clear();
    }

    @Override
    public void enter(ProseField field, int at) {
        if (field == ProseField.CHOICE) {
            inCandidate = true;
            forgetCandidate();
        } else if (field == ProseField.PART) {
            otherPart = false;
            partText = null;
        }
    }

    @Override
    public void leave(ProseField field, int end) {
        super.leave(field, end);
        if (field == ProseField.PART && otherPart) {
            if (partText != null && partText.kind == ProseSlot.Kind.UNDECIDED) {
                partText.kind = ProseSlot.Kind.RAW;
            }
            texts.add(null);
        } else if (field == ProseField.CHOICE) {
            decide();
            if (finished) {
                endBlock();
            }
            for (BodyView.PartKind kind : found) {
                addPart(kind, end);
            }
            inCandidate = false;
        }
    }

    /** Decides the texts of the current candidate by what is known of it. */
    private void decide() {
        if (!pieces) {
            decideWhole();
            return;
        }
        if (decided == 0) {
            block = blocks.find(candidate);
        }
        if (annotated) {
            leaveUnchanged();
            return;
        }
        for (; decided < texts.size(); decided++) {
            ProseSlot text = texts.get(decided);
            if (text == null) {
                endBlock();
            } else if (text.kind == ProseSlot.Kind.UNDECIDED) {
                continueBlock(text);
            }
        }
    }

    private void decideWhole() {
        for (ProseSlot text : texts) {
            if (text != null && text.kind == ProseSlot.Kind.UNDECIDED) {
                text.kind = annotated ? ProseSlot.Kind.RAW : ProseSlot.Kind.WHOLE;
            }
        }
    }

    private void leaveUnchanged() {
        if (block == null || !block.isOpen()) {
            blocks.exclude(candidate); // also after an ended block, which another text would follow
        } else {
            abandon(block);
        }
        decided = texts.size();
    }

    private void continueBlock(ProseSlot text) {
        ProseBlock current = block;
        if (current == null || (!current.isOpen() && current.run != null && !current.abandoned)) {
            current = blocks.begin(candidate);
            block = current;
        }
        if (current.isOpen()) {
            text.kind = ProseSlot.Kind.MORE;
            text.block = current;
            lastText = text;
        }
    }

    /** Ends the open block of the current candidate, with its last text or before the event. */
    private void endBlock() {
        ProseBlock current = block;
        if (!pieces || current == null || current.abandoned || current.run == null) {
            return;
        }
        if (lastText != null && !lastText.passed) {
            lastText.endsBlock = true;
        } else {
            end(current);
        }
        block = null;
        lastText = null;
    }

    @Override
    public void number(ProseField field, long value, int start, int end) {
        candidate = value;
    }

    @Override
    public void presence(ProseField field, Presence presence) {
        if (presence != Presence.FULL) {
            return;
        }
        switch (field) {
            case ANNOTATIONS -> annotated = true;
            case FINISH -> finished = true;
            case SIGNATURE -> note(BodyView.PartKind.SIGNATURE);
            case THINKING -> other(BodyView.PartKind.THINKING);
            case TOOL -> other(BodyView.PartKind.TOOL_CALL);
            case TOOL_OUTPUT -> other(BodyView.PartKind.TOOL_RESULT);
            default -> other(BodyView.PartKind.MEDIA);
        }
    }

    private void other(BodyView.PartKind kind) {
        otherPart = true;
        note(kind);
    }

    /** Records a part of the current candidate to report; each kind of part is reported once per candidate. */
    private void note(BodyView.PartKind kind) {
        if (parts.size() < ProseBlocks.MOST || parts.containsKey(candidate)) {
            boolean firstOfKind = parts.computeIfAbsent(candidate, absent -> EnumSet.noneOf(BodyView.PartKind.class))
                    .add(kind);
            if (firstOfKind) {
                found.add(kind);
            }
        }
    }

    @Override
    public ProseSlot slot(ProseField field, int start) {
        ProseSlot text = add(start);
        texts.add(text);
        partText = text;
        return text;
    }

    @Override
    public void settle() {
        if (inCandidate) {
            decide();
        }
    }

    /** Ends the block of the current candidate: an image is an event of its own, or follows the text in one. */
    @Override
    public void endBeforeRest() {
        if (inCandidate) {
            endBlock();
        }
    }

    @Override
    public boolean terminal() {
        return false; // only the end of the response shows that no piece follows
    }

    @Override
    public void writeMore(ProseBlock ofBlock, GrownBytes text, GrownBytes out) {
        GrownBytes tail = new GrownBytes();
        tail.add(BEFORE_INDEX);
        tail.addNumber(ofBlock.key);
        tail.add(END);
        byte[] after = DeltaForm.cut(tail.bytes(), 0, tail.length());
        if (!inArray) {
            DeltaForm.of(BEFORE_TEXT, after).write(out, NO_NAME, text, 0);
            return;
        }
        if (afterEvent) {
            out.add(SEPARATOR);
        }
        out.add(BEFORE_TEXT);
        out.add(text, 0, text.length());
        out.add(after);
        if (!afterEvent) {
            out.add(SEPARATOR);
        }
    }
}
