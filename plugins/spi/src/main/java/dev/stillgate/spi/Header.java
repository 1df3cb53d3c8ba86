package dev.stillgate.spi;

/**
 * One header field.
 *
 * @param name the field name, in lower case
 * @param value the field value, visible ASCII, space and tab only
 */
public record Header(String name, String value) {
    public Header {
        if (name.isEmpty() || !name.chars().allMatch(Header::isLowerCaseToken)) {
            throw new IllegalArgumentException("not a lower-case header name: " + name);
        }
        if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7f))) {
            throw new IllegalArgumentException("header " + name + " has a value with a control or non-ASCII character");
        }
    }

    private static boolean isLowerCaseToken(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
