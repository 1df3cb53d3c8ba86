package dev.stillgate.geo;

import com.maxmind.db.MaxMindDbConstructor;
import com.maxmind.db.MaxMindDbCreator;
import com.maxmind.db.MaxMindDbParameter;
import dev.stillgate.spi.GeoFacts.Anonymiser;
import org.jspecify.annotations.Nullable;

/**
 * The fields of records that are read; MaxMind's reader skips all others. Public because the reader creates them by
 * reflection.
 */
final class DatabaseRecords {
    private DatabaseRecords() {}

    /**
     * The country fields of a record, in MaxMind's schema or the flat one.
     *
     * @param located country of the address
     * @param registered country of the network's registration
     * @param code the flat {@code country_code}
     */
    public record CountryRecord(
            @Nullable CountryField located,
            @Nullable CountryField registered,
            @Nullable String code) {
        @MaxMindDbConstructor
        public CountryRecord(
                @MaxMindDbParameter(name = "country") @Nullable CountryField located,
                @MaxMindDbParameter(name = "registered_country") @Nullable CountryField registered,
                @MaxMindDbParameter(name = "country_code") @Nullable String code) {
            this.located = located;
            this.registered = registered;
            this.code = code;
        }

        /** Returns the {@link CountryCode} of the first known country. */
        int number() {
            int number = located == null ? CountryCode.UNKNOWN : located.number();
            if (number == CountryCode.UNKNOWN && registered != null) {
                number = registered.number();
            }
            return number == CountryCode.UNKNOWN ? CountryCode.of(code) : number;
        }
    }

    /**
     * A country field: a map in MaxMind's schema, a string in others.
     *
     * @param number a {@link CountryCode}
     */
    public record CountryField(int number) {
        @MaxMindDbConstructor
        public CountryField(@MaxMindDbParameter(name = "iso_code") @Nullable String isoCode) {
            this(CountryCode.of(isoCode));
        }

        /** Returns the country of a string field. */
        @MaxMindDbCreator
        public static CountryField of(String isoCode) {
            return new CountryField(isoCode);
        }
    }

    /**
     * The autonomous-system fields of a record; either number may be a string such as {@code AS64496}.
     *
     * @param number the number in MaxMind's schema
     * @param organization the holder's name in MaxMind's schema
     * @param asn the number in the flat schema
     * @param name the holder's name in the flat schema
     */
    public record SystemRecord(
            @Nullable Object number,
            @Nullable String organization,
            @Nullable Object asn,
            @Nullable String name) {
        @MaxMindDbConstructor
        public SystemRecord(
                @MaxMindDbParameter(name = "autonomous_system_number") @Nullable Object number,
                @MaxMindDbParameter(name = "autonomous_system_organization") @Nullable String organization,
                @MaxMindDbParameter(name = "asn") @Nullable Object asn,
                @MaxMindDbParameter(name = "as_name") @Nullable String name) {
            this.number = number;
            this.organization = organization;
            this.asn = asn;
            this.name = name;
        }
    }

    /** The flags of MaxMind's anonymiser databases, as bits of {@link LookupFields}. */
    public record AnonymiserRecord(int bits) {
        @MaxMindDbConstructor
        public AnonymiserRecord(
                @MaxMindDbParameter(name = "is_anonymous", useDefault = true) boolean anonymous,
                @MaxMindDbParameter(name = "is_anonymous_vpn", useDefault = true) boolean vpn,
                @MaxMindDbParameter(name = "is_hosting_provider", useDefault = true) boolean hosting,
                @MaxMindDbParameter(name = "is_public_proxy", useDefault = true) boolean publicProxy,
                @MaxMindDbParameter(name = "is_residential_proxy", useDefault = true) boolean residentialProxy,
                @MaxMindDbParameter(name = "is_tor_exit_node", useDefault = true) boolean torExitNode) {
            this(bit(anonymous, Anonymiser.ANONYMOUS)
                    | bit(vpn, Anonymiser.ANONYMOUS_VPN)
                    | bit(hosting, Anonymiser.HOSTING_PROVIDER)
                    | bit(publicProxy, Anonymiser.PUBLIC_PROXY)
                    | bit(residentialProxy, Anonymiser.RESIDENTIAL_PROXY)
                    | bit(torExitNode, Anonymiser.TOR_EXIT_NODE));
        }

        private static int bit(boolean flag, Anonymiser kind) {
            return flag ? LookupFields.bit(kind) : 0;
        }
    }
}
