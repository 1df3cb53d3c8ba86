package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;

/** A block of addresses of one kind in one country. */
public record AddressBlock(Kind kind, String country, int base, int bits) {

    /** The use of a network. */
    public enum Kind {
        /** Homes and small offices. */
        ISP,
        /** Phones. */
        MOBILE,
        /** Servers. */
        HOSTING,
        /** Exits of anonymiser services. */
        VPN,
        /** A university. */
        CAMPUS
    }

    /** Parses {@code kind country prefix}. */
    static AddressBlock parse(String line) {
        String[] fields = line.split(" ", -1);
        String[] prefix = fields[2].split("/", -1);
        int base = 0;
        for (String octet : prefix[0].split("\\.", -1)) {
            base = base << 8 | Integer.parseInt(octet);
        }
        Kind kind = Kind.valueOf(fields[0].toUpperCase(java.util.Locale.ROOT));
        return new AddressBlock(kind, fields[1], base, 32 - Integer.parseInt(prefix[1]));
    }

    /** Draws an address. */
    public String address(Dice dice) {
        int host = (int) (dice.bits() & ((1L << bits) - 1));
        int address = base | host;
        int last = address & 255;
        int usable = last == 0 || last == 255 ? address ^ 1 << 1 : address;
        return (usable >>> 24) + "." + (usable >>> 16 & 255) + "." + (usable >>> 8 & 255) + "." + (usable & 255);
    }
}
