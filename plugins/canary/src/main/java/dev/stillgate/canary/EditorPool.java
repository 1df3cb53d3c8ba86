package dev.stillgate.canary;

import dev.stillgate.canary.text.edit.FormChooser;
import dev.stillgate.canary.text.edit.ProseEditor;
import dev.stillgate.canary.text.edit.SiteListener;
import dev.stillgate.canary.text.table.ClassTable;
import java.util.ArrayDeque;

/**
 * Editors of ended blocks, which later blocks on the same thread reuse: an editor's buffers are larger than most
 * answers. An editor of a block that did not end, as when a response is aborted, does not come back. Thread-safe.
 */
final class EditorPool {
    /** Limit on the spare editors of a thread. */
    static final int MOST = 64;

    private final ClassTable table;
    private final ThreadLocal<ArrayDeque<ProseEditor>> spares = ThreadLocal.withInitial(ArrayDeque::new);

    EditorPool(ClassTable table) {
        this.table = table;
    }

    /** Returns an editor at the beginning of a block. */
    ProseEditor take(FormChooser chooser, SiteListener listener) {
        ProseEditor spare = spares.get().pollLast();
        if (spare == null) {
            return new ProseEditor(table, chooser, listener);
        }
        spare.begin(chooser, listener);
        return spare;
    }

    /** Takes back an editor whose last text was read. The caller must not use it again. */
    void giveBack(ProseEditor editor) {
        ArrayDeque<ProseEditor> kept = spares.get();
        if (kept.size() < MOST) {
            editor.begin(FormChooser.READER, SiteListener.NONE); // keeps neither the response's text nor its tap
            kept.addLast(editor);
        }
    }
}
