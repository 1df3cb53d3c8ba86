package dev.stillgate.canary;

import dev.stillgate.canary.ledger.MarkedAnswer;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.edit.ProseEditor;
import dev.stillgate.canary.text.edit.SiteListener;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Ticker;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The marking of one response: every block of its prose passes an editor that writes the forms of a key. */
final class MarkingTap implements ResponseTap.Prose {
    /** The most sites of an answer that are recorded; what follows is marked and not recorded. */
    private static final int MOST_RECORDED = 1 << 19;

    private final ClassTable table;
    private final Keyring.Entry key;
    private final OptionalLedger witness;
    private final CanaryMeters tallies;
    private final String fallbackId;
    private final Ticker ticker;
    private final BitSet forms = new BitSet();

    /** What was told to the ledger and not yet answered, and 1 until the end of the response. */
    private final AtomicInteger outstanding = new AtomicInteger(1);

    private final Release.Hold hold = new Release.Hold();
    private volatile long endNanos;
    private int sites;
    private int ofAnswer;

    /**
     * A marking.
     *
     * @param fallbackId names an answer that has no id of its own
     */
    MarkingTap(ClassTable table, Keyring.Entry key, OptionalLedger witness, CanaryMeters tallies, String fallbackId, Ticker ticker) {
        this.table = table;
        this.key = key;
        this.witness = witness;
        this.tallies = tallies;
        this.fallbackId = fallbackId;
        this.ticker = ticker;
    }

    @Override
    public Block onBlock(int index) {
        return new Edited(this::site, true);
    }

    @Override
    public Block onRepeat(int index) {
        return new Edited(SiteListener.NONE, false);
    }

    private void site(int cls, int bucket, int found, int written, int position) {
        tallies.site(found != written);
        if (ofAnswer < MOST_RECORDED) {
            forms.set(ofAnswer++, written == 1);
        }
        sites++;
    }

    @Override
    public int sites() {
        return sites;
    }

    @Override
    public void onAnswer(@Nullable String id, boolean delivered) {
        if (ofAnswer == 0) {
            tallies.answer(CanaryMeters.Answer.PLAIN);
        } else if (delivered) {
            key.answers.increment();
            key.sites.add(ofAnswer);
            outstanding.incrementAndGet();
            String name = id == null || id.isEmpty() ? fallbackId : id;
            witness.record(new MarkedAnswer(name, key.leaf, ofAnswer, (BitSet) forms.clone()), this::recorded);
        }
        forms.clear();
        ofAnswer = 0;
    }

    /** An answer is on disk, or will not be. Any thread. */
    private void recorded(boolean onDisk) {
        boolean late = hold.isExpired();
        tallies.answer(onDisk && !late ? CanaryMeters.Answer.WITNESSED : CanaryMeters.Answer.UNWITNESSED);
        over();
    }

    private void over() {
        if (outstanding.decrementAndGet() == 0) {
            tallies.held(ticker.nanos() - endNanos);
            hold.release();
        }
    }

    @Override
    public Release onEnd() {
        endNanos = ticker.nanos();
        over();
        return hold.isOver() ? Release.NOW : hold;
    }

    /** A block on its way through an editor. */
    private final class Edited implements Block {
        private final ProseEditor editor;
        private final boolean counted;
        private boolean inWord;

        Edited(SiteListener listener, boolean counted) {
            editor = new ProseEditor(table, key.key(), listener);
            this.counted = counted;
        }

        @Override
        public CharSequence onText(CharSequence delta) {
            if (counted) {
                tallies.words(words(delta));
            }
            return editor.feed(delta);
        }

        private int words(CharSequence delta) {
            int words = 0;
            for (int i = 0; i < delta.length(); i++) {
                boolean space = delta.charAt(i) <= ' ';
                words += inWord || space ? 0 : 1;
                inWord = !space;
            }
            return words;
        }

        @Override
        public CharSequence onEnd() {
            return editor.end();
        }

        @Override
        public int held() {
            return editor.held();
        }
    }
}
