package dev.stillgate.proxy.admin;

import dev.stillgate.proxy.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Index of the admin's pages and actions. */
final class PageIndex {
    private static final Map<String, String> PAGES = new LinkedHashMap<>();

    static {
        PAGES.put("GET /healthz", "whether the process lives");
        PAGES.put("GET /readyz", "whether new requests are welcome");
        PAGES.put("GET /metrics", "all metrics, for Prometheus");
        PAGES.put("GET /console/", "the console, for browsers");
        PAGES.put("GET /now", "the traffic of the last hour, every 10 s, and the accounts in each standing");
        PAGES.put("GET /config", "the policy in force, its history, and stillgate.yaml without secrets");
        PAGES.put("GET /policies", "the policies that were in force, the newest first");
        PAGES.put("GET /policies/{n}", "the text of one of them");
        PAGES.put("GET /backtests", "the recorded logs, and the backtests that were started here");
        PAGES.put("GET /backtests/{n}", "a backtest: progress, then its outcomes beside those of the policy in force");
        PAGES.put("GET /filters", "the filters with the counts of their decisions");
        PAGES.put("GET /upstreams", "the upstreams and the condition of their endpoints");
        PAGES.put("GET /top", "the accounts that asked for most in the last minutes");
        PAGES.put("GET /accounts", "how many accounts are listed");
        PAGES.put("GET /accounts/{id}", "what is known of an account");
        PAGES.put("GET /clusters", "the clusters of accounts that were found, of a fingerprint filter");
        PAGES.put("GET /clusters/{id}", "what is known of a cluster");
        PAGES.put("GET /dossiers/{id}", "everything that an operator needs to judge a cluster, as a file to keep");
        PAGES.put("GET /canary", "the ledger and the keys of a canary filter; /canary/{key} has one key");
        PAGES.put("GET /review", "the accounts and clusters to decide about, most suspicious first; ?limit=25");
        PAGES.put(
                "GET /orders",
                "operators' orders, the newest first; ?limit=, before, account, cluster, by, since, status");
        PAGES.put("GET /orders/{id}", "one of them; ?accounts=all");
        PAGES.put("POST /orders/{id}/approve", "ask for a waiting order as another operator; {\"by\":..,\"why\":..}");
        PAGES.put("POST /orders/{id}/withdraw", "take an order in force back; {\"by\":..,\"why\":..}");
        PAGES.put("POST /orders/clock/confirm", "let orders end again after the clock has jumped");
        PAGES.put(
                "POST /clusters/{id}/confirm",
                "confirm that a cluster harvests answers, at the revision that was seen");
        PAGES.put("POST /clusters/{id}/refute", "declare a cluster honest, at the revision that was seen");
        PAGES.put("POST /clusters/{id}/standing", "give the accounts of a cluster a standing");
        PAGES.put("POST /clusters/{id}/unpin", "take the given standings of a cluster's accounts back");
        PAGES.put("POST /clusters/{id}/unlabel", "take the decisions about the members of a cluster back");
        PAGES.put("POST /clusters/{id}/hide", "leave a cluster out of the review queue until its evidence grows");
        PAGES.put("POST /clusters/{id}/unhide", "show a cluster in the review queue again");
        PAGES.put("POST /accounts/{id}/confirm", "confirm that an account harvests answers");
        PAGES.put("POST /accounts/{id}/refute", "declare an account honest");
        PAGES.put("POST /accounts/{id}/vouch", "vouch for an account, which becomes a known customer");
        PAGES.put("POST /accounts/{id}/unlabel", "take the decision about an account back");
        PAGES.put("POST /accounts/{id}/standing", "give an account a standing, of a fingerprint filter");
        PAGES.put("POST /accounts/{id}/unpin", "take a given standing back");
        PAGES.put("DELETE /accounts/{id}", "erase what is kept of an account");
        PAGES.put(
                "POST /reload",
                "read the files again; ?force=true also when pinned or accounts are missing; {\"by\":..,\"why\":..}");
        PAGES.put(
                "POST /rollback",
                "put the previous policy, or ?to=N, back in force at this gateway and pin it; accounts stay");
        PAGES.put("POST /backtests", "replay the recorded logs under {\"policy\":\"text\"}, in a process of its own");
        PAGES.put("POST /backtests/{n}/cancel", "end a backtest");
        PAGES.put("POST /drain", "take no new connections, end what is under way, and exit");
    }

    private PageIndex() {}

    /** Returns the requests: method and path, with names in braces. */
    static Set<String> requests() {
        return PAGES.keySet();
    }

    static String json() {
        return JsonWriter.json(Map.of("pages", PAGES)) + "\n";
    }
}
