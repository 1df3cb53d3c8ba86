package dev.stillgate.fingerprint.capture;

import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.fingerprint.text.TextReader;
import dev.stillgate.fingerprint.text.UnreadPrompt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Background task that reads a prompt's new text and its unknown system prompt. The task and the exchange end in any
 * order, and the later of the two passes the complete observation on.
 */
public final class PromptReadTask implements Runnable {
    /** Maximum number of characters of a sample. */
    private static final int MAX_SAMPLE = 500;

    private final Observation seen;
    private final PromptFeatures features;
    private final boolean sampled;
    private final ReadQueue readQueue;
    private final AllowList allowed;
    private final Consumer<Observation> output;
    private final AtomicBoolean oneEnded = new AtomicBoolean();
    private UnreadPrompt prompt;

    /**
     * Creates a task.
     *
     * @param prompt text to read, for which space is reserved in {@code readQueue}
     * @param sampled whether the beginning of the text is kept
     * @param output receives the complete observation
     */
    PromptReadTask(
            Observation seen,
            PromptFeatures features,
            UnreadPrompt prompt,
            boolean sampled,
            ReadQueue readQueue,
            AllowList allowed,
            Consumer<Observation> output) {
        this.seen = seen;
        this.features = features;
        this.prompt = prompt;
        this.sampled = sampled;
        this.readQueue = readQueue;
        this.allowed = allowed;
        this.output = output;
    }

    @Override
    public void run() {
        UnreadPrompt unread = prompt;
        prompt = UnreadPrompt.NONE; // frees the text: the exchange may take long to end
        try {
            TextReader reader = readQueue.readers().texts();
            reader.read(unread, features);
            if (sampled && unread.hasText()) {
                seen.sample = reader.sample(MAX_SAMPLE);
            }
            allowed.strip(seen);
        } finally {
            readQueue.free(unread.chars());
            end();
        }
    }

    /** Marks the exchange as ended: the observation is complete except for the text. */
    public void exchangeEnded() {
        end();
    }

    private void end() {
        if (!oneEnded.compareAndSet(false, true)) {
            output.accept(seen);
        }
    }
}
