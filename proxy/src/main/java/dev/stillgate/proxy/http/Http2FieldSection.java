package dev.stillgate.proxy.http;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Base of the readers of HTTP/2 field sections. The first malformed field is reported at the end of the section,
 * because HPACK decoding must not stop midway: later sections depend on it (RFC 7541 section 2.2).
 */
public abstract class Http2FieldSection implements Http2Fields {
    private @Nullable BadMessage firstFault;

    /** Starts a trailer section, which is validated and discarded. */
    public abstract void beginTrailers();

    /**
     * Ends the section.
     *
     * @throws BadMessage when the section was malformed
     */
    public abstract void end() throws BadMessage;

    /** Clears the fault of the previous section. */
    final void clearFault() {
        firstFault = null;
    }

    @Override
    public final void field(CharSequence name, CharSequence value) {
        if (firstFault == null) {
            try {
                check(AsciiString.of(name), AsciiString.of(value));
            } catch (BadMessage e) {
                firstFault = e;
            }
        }
    }

    private void check(AsciiString name, AsciiString value) throws BadMessage {
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

    /** Handles a pseudo-header field. */
    abstract void pseudo(AsciiString name, AsciiString value) throws BadMessage;

    /** Handles a regular field. Name and value are valid in HTTP/1.1 as well. */
    abstract void regular(AsciiString name, AsciiString value) throws BadMessage;

    /** Throws the section's first fault, if any. */
    final void throwFault() throws BadMessage {
        if (firstFault != null) {
            throw firstFault;
        }
    }
}
