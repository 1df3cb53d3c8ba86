package dev.stillgate.spi;

/**
 * One header field.
 *
 * @param name the field name, in lower case
 * @param value the field value, visible ASCII, space and tab only
 */
public record Header(String name, String value) {
    public Header {
        if (!isName(name)) {
            throw new IllegalArgumentException("not a lower-case header name: " + name);
        }
        if (!isValue(value)) {
            throw new IllegalArgumentException("header " + name + " has a value with a control or non-ASCII character");
        }
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || "!#$%&'*+.^_`|~".indexOf(c) >= 0)) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c >= 0x7f) {
                return false;
            }
        }
        return true;
    }
}
