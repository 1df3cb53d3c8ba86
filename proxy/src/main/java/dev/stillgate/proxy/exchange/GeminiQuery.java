package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.account.QueryKey;
import dev.stillgate.proxy.config.Policy.Credential;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict;
import java.util.List;

/**
 * Query of a request to the Gemini API. Google's system parameters can change the format of a response, leave out parts
 * of it such as the usage, or contain a credential. Only those that change nothing that the gateway reads are accepted.
 */
final class GeminiQuery {
    private GeminiQuery() {}

    /**
     * Checks the query of a request to the Gemini API, and the key in the query of a request to an opaque path.
     *
     * @param places the places of credentials
     * @param chosen the index in {@code places} of the one that was found, or -1
     * @throws BadMessage if a parameter is unknown, or the query contains another credential than the one found
     */
    static void check(Http1Head head, Target target, List<Credential> places, int chosen) throws BadMessage {
        if (target.provider() == Provider.GOOGLE) {
            for (String parameter : head.query().split("&", -1)) {
                if (!isKnown(parameter)) {
                    throw new BadMessage(
                            Verdict.Kind.MALFORMED,
                            "query-parameter",
                            "The query may contain alt=json, alt=sse, key, prettyPrint and quotaUser only.");
                }
            }
            QueryKey.requireChosen(head, places, chosen);
        } else if (target.provider() == null && places.contains(Credential.QUERY_KEY)) {
            QueryKey.requireChosen(head, places, chosen);
        }
    }

    private static boolean isKnown(String parameter) {
        return parameter.isEmpty()
                || parameter.equals("alt=json")
                || parameter.equals("alt=sse")
                || parameter.equals("$alt=json;enum-encoding=int")
                || parameter.equals("%24alt=json%3Benum-encoding%3Dint")
                || parameter.startsWith("key=")
                || parameter.startsWith("prettyPrint=")
                || parameter.startsWith("quotaUser=");
    }
}
