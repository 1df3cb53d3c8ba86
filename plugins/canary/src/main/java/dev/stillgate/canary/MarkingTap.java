package dev.stillgate.canary;

import dev.stillgate.canary.ledger.MarkedResponse;
import dev.stillgate.canary.sketch.ResponseSketcher;
import dev.stillgate.canary.sketch.ShingleReader;
import dev.stillgate.canary.text.edit.ProseEditor;
import dev.stillgate.canary.text.edit.SiteListener;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Ticker;
import java.util.BitSet;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Marks one response: each block of prose passes through an editor that writes the forms of the key. */
final class MarkingTap implements ResponseTap.Prose {
    /** Limit on recorded sites of a response; later sites are marked but not recorded. */
    private static final int MAX_RECORDED_SITES = 1 << 19;

    private final EditorPool editors;
    private final Keyring.Entry key;
    private final OptionalLedger ledger;
    private final CanaryMeters meters;
    private final @Nullable ResponseSketcher sketcher;
    private final String fallbackId;
    private final Ticker ticker;
    private final BitSet forms = new BitSet();

    /** Writes to the ledger that have not completed, plus 1 until the end of the response. */
    private final AtomicInteger outstanding = new AtomicInteger(1);

    private final Release.Hold hold = new Release.Hold();
    private volatile long endNanos;
    /** The editor of the block that ended last. Its text may be in use until the next call. */
    private @Nullable ProseEditor ended;

    private int sites;
    private int answerSites;

    /**
     * Creates the tap of a response.
     *
     * @param sketcher sketches the responses, or null
     * @param fallbackId identifies a response that has no id of its own
     */
    MarkingTap(
            EditorPool editors,
            Keyring.Entry key,
            OptionalLedger ledger,
            CanaryMeters meters,
            @Nullable ResponseSketcher sketcher,
            String fallbackId,
            Ticker ticker) {
        this.editors = editors;
        this.key = key;
        this.ledger = ledger;
        this.meters = meters;
        this.sketcher = sketcher;
        this.fallbackId = fallbackId;
        this.ticker = ticker;
    }

    @Override
    public Block onBlock(int index) {
        giveBack(null);
        return new Edited(this::site, true);
    }

    @Override
    public Block onRepeat(int index) {
        giveBack(null);
        return new Edited(SiteListener.NONE, false);
    }

    private void giveBack(@Nullable ProseEditor next) {
        if (ended != null) {
            editors.giveBack(ended);
        }
        ended = next;
    }

    private void site(int cls, int bucket, int found, int written, int position) {
        meters.site(found != written);
        if (answerSites < MAX_RECORDED_SITES) {
            forms.set(answerSites++, written == 1);
        }
        sites++;
    }

    @Override
    public int sites() {
        return sites;
    }

    @Override
    public void onResponse(@Nullable String id, boolean delivered) {
        giveBack(null);
        if (answerSites == 0) {
            meters.answer(CanaryMeters.Response.PLAIN);
        } else if (delivered) {
            key.answers.increment();
            key.sites.add(answerSites);
            outstanding.incrementAndGet();
            String name = id == null || id.isEmpty() ? fallbackId : id;
            ledger.record(new MarkedResponse(name, key.leaf, answerSites, (BitSet) forms.clone()), this::recorded);
        }
        if (sketcher != null) {
            sketcher.end(delivered);
        }
        forms.clear();
        answerSites = 0;
    }

    /** Counts a response whose write has completed or failed. May run on another thread. */
    private void recorded(boolean onDisk) {
        boolean late = hold.isExpired();
        meters.answer(onDisk && !late ? CanaryMeters.Response.WITNESSED : CanaryMeters.Response.UNWITNESSED);
        complete();
    }

    private void complete() {
        if (outstanding.decrementAndGet() == 0) {
            meters.held(ticker.nanos() - endNanos);
            hold.release();
        }
    }

    @Override
    public Release onEnd() {
        endNanos = ticker.nanos();
        complete();
        return hold.isOver() ? Release.NOW : hold;
    }

    /** A block of prose and its editor. */
    private final class Edited implements Block {
        /** The editor, null after the end of the block. */
        private @Nullable ProseEditor editor;

        private final boolean counted;
        private final @Nullable ShingleReader shingles;
        private boolean inWord;

        Edited(SiteListener listener, boolean counted) {
            editor = editors.take(key.key(), listener);
            this.counted = counted;
            shingles = counted && sketcher != null ? sketcher.block() : null;
        }

        @Override
        public CharSequence onText(CharSequence delta) {
            if (counted) {
                meters.words(words(delta));
            }
            return sketched(Objects.requireNonNull(editor).feed(delta));
        }

        private CharSequence sketched(CharSequence served) {
            if (shingles != null) {
                shingles.read(served);
            }
            return served;
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
            ProseEditor last = Objects.requireNonNull(editor);
            CharSequence rest = sketched(last.end());
            if (shingles != null) {
                shingles.end();
            }
            editor = null;
            giveBack(last);
            return rest;
        }

        @Override
        public int held() {
            return editor == null ? 0 : editor.held();
        }
    }
}
