package dev.stillgate.proxy.http;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A field section of an HTTP/2 message as it is read, of which the first thing that is wrong is told at the end: the
 * decompression, on which later sections build, must not be interrupted.
 */
public abstract class Http2FieldSection implements Http2Fields {
    private @Nullable BadMessage bad;

    /** Begins another section. */
    final void clearFault() {
        bad = null;
    }

    @Override
    public final void field(CharSequence name, CharSequence value) {
        if (bad == null) {
            try {
                take(AsciiString.of(name), AsciiString.of(value));
            } catch (BadMessage e) {
                bad = e;
            }
        }
    }

    private void take(AsciiString name, AsciiString value) throws BadMessage {
        if (name.isEmpty()) {
            throw BadMessage.malformed("header-name", "A header field has no name.");
        }
        if (name.byteAt(0) == ':') {
            pseudo(name, value);
            return;
        }
        Http2FieldRules.checkName(name);
        Http2FieldRules.checkValue(value);
        regular(name, value);
    }

    /** Takes a pseudo-header field. */
    abstract void pseudo(AsciiString name, AsciiString value) throws BadMessage;

    /** Takes a field whose name and value can be a line of text. */
    abstract void regular(AsciiString name, AsciiString value) throws BadMessage;

    /** Throws what was found wrong, if anything was. */
    final void throwFault() throws BadMessage {
        if (bad != null) {
            throw bad;
        }
    }
}
