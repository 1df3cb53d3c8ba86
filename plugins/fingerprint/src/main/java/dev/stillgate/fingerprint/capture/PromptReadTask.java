package dev.stillgate.fingerprint.capture;

import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.fingerprint.text.TextReader;
import dev.stillgate.fingerprint.text.UnreadPrompt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The reading of one prompt's new text and of a new system prompt, beside its exchange. Whichever ends last hands the
 * observation on, so that it is whole then, and nobody waits.
 */
public final class PromptReadTask implements Runnable {
    /** The most characters of a sample. */
    private static final int SAMPLE = 500;

    private final Observation seen;
    private final PromptFeatures into;
    private final boolean sampled;
    private final ReadQueue unread;
    private final AllowList allowed;
    private final Consumer<Observation> next;
    private final AtomicBoolean otherIsOver = new AtomicBoolean();
    private UnreadPrompt prompt;

    /**
     * A reading that has not begun.
     *
     * @param prompt for which there is room among the unread
     * @param sampled whether its beginning is kept
     * @param next takes the observation when it is whole
     */
    PromptReadTask(
            Observation seen,
            PromptFeatures into,
            UnreadPrompt prompt,
            boolean sampled,
            ReadQueue unread,
            AllowList allowed,
            Consumer<Observation> next) {
        this.seen = seen;
        this.into = into;
        this.prompt = prompt;
        this.sampled = sampled;
        this.unread = unread;
        this.allowed = allowed;
        this.next = next;
    }

    /** Reads. */
    @Override
    public void run() {
        UnreadPrompt mine = prompt;
        prompt = UnreadPrompt.NONE; // an observation may wait for its exchange for long
        try {
            TextReader reader = unread.readers().texts();
            reader.read(mine, into);
            if (sampled && mine.hasText()) {
                seen.sample = reader.sample(SAMPLE);
            }
            allowed.strip(seen);
        } finally {
            unread.free(mine.chars());
            end();
        }
    }

    /** The exchange is over, and the observation whole but for the text. */
    public void exchangeEnded() {
        end();
    }

    private void end() {
        if (!otherIsOver.compareAndSet(false, true)) {
            next.accept(seen);
        }
    }
}
