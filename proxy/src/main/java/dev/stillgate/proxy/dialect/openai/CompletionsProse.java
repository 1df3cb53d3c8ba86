package dev.stillgate.proxy.dialect.openai;

import static dev.stillgate.proxy.dialect.stream.DeltaForm.ascii;

import dev.stillgate.proxy.dialect.responses.ResponsesProse;
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
 * Prose of Chat Completions: the {@code content} of choices, each of which is one block. The text of a choice passes
 * unchanged from its first log-probabilities on.
 */
public final class CompletionsProse extends ProseReader {
    private static final JsonPaths<ProseField> MESSAGE = message(ProseField.WHOLE_TEXT);
    private static final JsonPaths<ProseField> CHOICE = JsonPaths.reported(
            ProseField.CHOICE,
            JsonPaths.number("index", ProseField.BLOCK_INDEX),
            JsonPaths.object("delta", message(ProseField.DELTA_TEXT)),
            JsonPaths.object("message", MESSAGE),
            JsonPaths.presence("logprobs", ProseField.ANNOTATIONS),
            JsonPaths.presence("finish_reason", ProseField.FINISH));
    public static final JsonPaths.Key<ProseField> CHOICES = JsonPaths.list("choices", ProseField.CHOICES, CHOICE);
    public static final JsonPaths<ProseField> COMPLETION =
            JsonPaths.reported(ProseField.ANSWER, ResponsesProse.ID, CHOICES);

    private static final JsonPaths<ProseField> STORED_PART =
            JsonPaths.of(JsonPaths.text("text", ProseField.STORED_TEXT));

    /** An element of a list of stored completions, or of the messages of one. */
    private static final JsonPaths<ProseField> LISTED = JsonPaths.reported(
            ProseField.ANSWER,
            ResponsesProse.ID,
            CHOICES,
            JsonPaths.shortString("role", ProseField.ROLE),
            JsonPaths.text("content", ProseField.STORED_TEXT),
            JsonPaths.list("content_parts", STORED_PART));

    /** A stored completion, or a list of stored completions or messages. */
    public static final JsonPaths<ProseField> STORED =
            JsonPaths.reported(ProseField.ANSWER, ResponsesProse.ID, CHOICES, JsonPaths.list("data", LISTED));

    public static final JsonPaths<ProseField> CHUNK =
            JsonPaths.of(ResponsesProse.ID, CHOICES, JsonPaths.presence("usage", ProseField.USAGE));

    private static final byte[] NO_NAME = {};
    private static final byte[] BEFORE_CHOICES = ascii("{\"object\":\"chat.completion.chunk\",\"choices\":[");
    private static final byte[] AFTER_CHOICES = ascii("]}");
    private static final byte[] BEFORE_INDEX = ascii("{\"index\":");
    private static final byte[] BEFORE_TEXT = ascii(",\"delta\":{\"content\":\"");
    private static final byte[] AFTER_TEXT = ascii("\"},\"logprobs\":null,\"finish_reason\":null}");

    /** The kinds of parts already reported, by choice. */
    private final Map<Long, Set<BodyView.PartKind>> parts = new HashMap<>();

    /** The kinds of parts to report for the current choice. */
    private final Set<BodyView.PartKind> found = EnumSet.noneOf(BodyView.PartKind.class);

    /** The bytes of an upstream chunk before its choices, null before the first one; template of inserted chunks. */
    private byte @Nullable [] before;

    private byte[] after = AFTER_CHOICES;

    /** Whether the template is from a chunk with usage. */
    private boolean templateHasUsage;

    private boolean usage;
    private int choicesStart;
    private int choicesEnd;
    private long choice;
    private long choices;
    private boolean inChoice;
    private boolean annotated;
    private boolean finished;
    private @Nullable ProseSlot whole;
    private @Nullable ProseSlot delta;

    /** The texts of the current stored message. */
    private final List<ProseSlot> stored = new ArrayList<>();

    private String role = "";

    public CompletionsProse(ProseBlocks blocks) {
        super(blocks);
    }

    public CompletionsProse(ProseReader parent) {
        super(parent);
    }

    private static JsonPaths<ProseField> message(ProseField text) {
        return JsonPaths.of(
                JsonPaths.text("content", text),
                JsonPaths.presence("reasoning_content", ProseField.THINKING),
                JsonPaths.presence("reasoning", ProseField.THINKING),
                JsonPaths.presence("refusal", ProseField.REFUSAL),
                JsonPaths.presence("tool_calls", ProseField.TOOL),
                JsonPaths.presence("function_call", ProseField.TOOL),
                JsonPaths.presence("audio", ProseField.SOUND));
    }

    @Override
    public void begin() {
        super.begin();
        choices = 0;
        choicesStart = -1;
        choicesEnd = -1;
        inChoice = false;
        usage = false;
        whole = null;
        delta = null;
        stored.clear();
    }

    @Override
    public void enter(ProseField field, int at) {
        if (field == ProseField.ANSWER) {
            stored.clear();
            role = "";
        } else if (field == ProseField.CHOICES) {
            choicesStart = at + 1;
        } else if (field == ProseField.CHOICE) {
            choice = choices++;
            inChoice = true;
            annotated = false;
            finished = false;
            whole = null;
            delta = null;
            found.clear();
        }
    }

    @Override
    public void leave(ProseField field, int end) {
        if (field == ProseField.ANSWER) {
            decideStored();
        }
        super.leave(field, end);
        if (field == ProseField.CHOICES) {
            choicesEnd = end - 1;
        } else if (field == ProseField.CHOICE) {
            decide(true);
            for (BodyView.PartKind kind : found) {
                addPart(kind, end);
            }
            inChoice = false;
        } else if (field == ProseField.ANSWER) {
            forgetParts();
        }
    }

    /** Decides the texts of the current stored message: only those with the role assistant, or none, are prose. */
    private void decideStored() {
        boolean prose = role.isEmpty() || role.equals("assistant");
        for (ProseSlot text : stored) {
            if (text.kind == ProseSlot.Kind.UNDECIDED) {
                text.kind = prose ? ProseSlot.Kind.WHOLE : ProseSlot.Kind.RAW;
            }
        }
        stored.clear();
    }

    /** Clears the reported parts at the end of a response. */
    public void forgetParts() {
        parts.clear();
    }

    /** Decides the text of the current choice; {@code atEnd} is true at the end of the choice. */
    private void decide(boolean atEnd) {
        ProseSlot text = whole;
        if (text != null && text.kind == ProseSlot.Kind.UNDECIDED) {
            text.kind = annotated ? ProseSlot.Kind.RAW : ProseSlot.Kind.WHOLE;
        }
        ProseBlock block = blocks.find(choice);
        if (annotated) {
            abandon(block);
            if (block == null && delta != null) {
                blocks.exclude(choice);
            }
        } else if (delta != null) {
            continueBlock(delta, block);
        }
        if (atEnd && finished && block != null && block.isOpen() && (delta == null || delta.passed)) {
            end(block);
        }
    }

    private void continueBlock(ProseSlot text, @Nullable ProseBlock existing) {
        ProseBlock block = existing;
        if (block == null || (!block.isOpen() && block.run != null && !block.abandoned)) {
            block = blocks.begin(choice);
        }
        if (block.isOpen()) {
            text.kind = ProseSlot.Kind.MORE;
            text.block = block;
            text.endsBlock = finished;
        }
    }

    @Override
    public void shortString(ProseField field, String value) {
        if (field == ProseField.ROLE) {
            role = value;
        } else {
            super.shortString(field, value);
        }
    }

    @Override
    public void number(ProseField field, long value, int start, int end) {
        choice = value;
    }

    @Override
    public void presence(ProseField field, Presence presence) {
        boolean full = presence == Presence.FULL;
        switch (field) {
            case ANNOTATIONS -> annotated = presence != Presence.NULL;
            case FINISH -> finished = full;
            case USAGE -> usage = full;
            case TOOL -> note(full, BodyView.PartKind.TOOL_CALL);
            case THINKING -> note(full, BodyView.PartKind.THINKING);
            case SOUND -> note(full, BodyView.PartKind.MEDIA);
            default -> note(full, BodyView.PartKind.OTHER);
        }
    }

    /** Records a part of the current choice to report; each kind of part is reported once per choice. */
    private void note(boolean full, BodyView.PartKind kind) {
        if (full && (parts.size() < ProseBlocks.MOST || parts.containsKey(choice))) {
            boolean firstOfKind = parts.computeIfAbsent(choice, absent -> EnumSet.noneOf(BodyView.PartKind.class))
                    .add(kind);
            if (firstOfKind) {
                found.add(kind);
            }
        }
    }

    @Override
    public ProseSlot slot(ProseField field, int start) {
        ProseSlot newSlot = add(start);
        if (field == ProseField.STORED_TEXT) {
            stored.add(newSlot);
        } else if (field == ProseField.WHOLE_TEXT) {
            whole = newSlot;
        } else {
            delta = newSlot;
        }
        return newSlot;
    }

    @Override
    public void settle() {
        decideStored();
        if (inChoice) {
            decide(false);
        }
    }

    @Override
    public boolean terminal() {
        return false; // the last event is [DONE], which is not JSON
    }

    @Override
    public void keepForms(byte[] buf, int start, int end) {
        boolean better = before == null || (templateHasUsage && !usage);
        if (better
                && choicesStart >= 0
                && choicesEnd >= 0
                && end - start - (choicesEnd - choicesStart) <= DeltaForm.MOST) {
            before = DeltaForm.cut(buf, start, choicesStart);
            after = DeltaForm.cut(buf, choicesEnd, end);
            templateHasUsage = usage;
        }
    }

    @Override
    public void writeMore(ProseBlock block, GrownBytes text, GrownBytes out) {
        GrownBytes event = new GrownBytes();
        event.add(before == null ? BEFORE_CHOICES : before);
        event.add(BEFORE_INDEX);
        event.addNumber(block.key);
        event.add(BEFORE_TEXT);
        byte[] first = DeltaForm.cut(event.bytes(), 0, event.length());
        event.clear();
        event.add(AFTER_TEXT);
        event.add(after);
        DeltaForm.of(first, DeltaForm.cut(event.bytes(), 0, event.length())).write(out, NO_NAME, text, 0);
    }
}
