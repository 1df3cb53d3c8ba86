package dev.stillgate.spi;

/**
 * A header field.
 *
 * @param name the field name, in lower case
 * @param value the field value, visible ASCII, space and tab only
 */
public record Header(String name, String value) {
    private static final boolean[] IN_A_NAME = inAName();

    public Header {
        if (!isName(name)) {
            throw new IllegalArgumentException("not a lower-case header name: " + name);
        }
        if (!isValue(value)) {
            throw new IllegalArgumentException("header " + name + " has a value with a control or non-ASCII character");
        }
    }

    private static boolean[] inAName() {
        boolean[] allowed = new boolean[0x80];
        for (char c = 0; c < allowed.length; c++) {
            allowed[c] = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
        return allowed;
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= IN_A_NAME.length || !IN_A_NAME[c]) {
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
