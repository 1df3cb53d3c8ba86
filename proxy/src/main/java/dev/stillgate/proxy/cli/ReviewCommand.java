package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the review queue of a running gateway, and decides about its clusters and accounts. */
@Command(
        name = "review",
        mixinStandardHelpOptions = true,
        description = {
            "Show the clusters and accounts to decide about, and decide.",
            "The most suspicious come first.",
            "ID is a cluster such as c7, or an account. Every decision is audited with its author and its reason.",
            "Exit 0 if done or waiting for further approvals, 1 if refused; nothing changes in that case.",
            "Exit 3 if a confirmation is recorded and not enforced, since the filter is in shadow."
        },
        synopsisSubcommandLabel = "[show|confirm|refute|hide|unhide|vouch|unlabel]")
final class ReviewCommand implements Callable<Integer> {
    private static final int MOST = 1000;
    private static final int NOT_ENFORCED = 3;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private AdminQuery query = new AdminQuery();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "the number of clusters and accounts to show, 1 to " + MOST + " (default: 25)")
    private @Nullable Integer limit;

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        if (limit != null && (limit < 1 || limit > MOST)) {
            throw new CommandLine.ParameterException(line(), "expected --limit from 1 to " + MOST);
        }
        AdminQuery.Page page = query.get(
                line(),
                limit == null ? "/review" : "/review?limit=" + limit,
                "the gateway has no review queue: its policy needs a fingerprint filter");
        return query.print(line(), page, ReviewTable::of);
    }

    private CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        return spec.commandLine();
    }

    /** Option for the accounts whose ids look like those of clusters. */
    static final class AsAccount {
        @Option(names = "--account", description = "ID is an account, even if it looks like a cluster")
        private boolean account;
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = {
                "Show a cluster or an account with its evidence.",
                "Long lists are shortened; stillgate explain and --json show everything."
            })
    int show(@Parameters(paramLabel = "ID") String id, @Mixin AsAccount as) throws Exception {
        ReviewSubject subject = ReviewSubject.of(id, as.account);
        AdminQuery.Page page = query.get(line(), subject.path(), subject.missing());
        return query.print(line(), page, fields -> Outline.of(ReviewDigest.evidence(fields)));
    }

    /** Options of a decision about a cluster. */
    static final class OfCluster {
        @Option(
                names = "--revision",
                paramLabel = "N",
                description = "the revision of the cluster that you have seen (default: the present one)")
        private @Nullable Long revision;

        @Option(names = "--except", paramLabel = "ACCOUNT", split = ",", description = "members to leave out")
        private List<String> except = List.of();

        boolean isGiven() {
            return revision != null || !except.isEmpty();
        }
    }

    /** Options of a confirmation of a cluster. */
    static final class Confirmation {
        @Option(names = "--verified", description = "confirm verified members of the cluster too")
        private boolean verified;

        @Option(
                names = "--include",
                paramLabel = "ACCOUNT",
                split = ",",
                description = "members to confirm although they only share people with others")
        private List<String> include = List.of();

        @Option(
                names = "--joins",
                paramLabel = "EFFECT",
                description = "what happens to accounts that join the campaign later: pool, mark or queue")
        private @Nullable String joins;

        @Option(
                names = "--promise",
                paramLabel = "SHARE",
                description = "with --joins pool: share of honest newcomers that may join wrongly (default: 0.001)")
        private @Nullable Double promise;

        Map<String, Object> arguments() {
            Map<String, Object> arguments = new TreeMap<>();
            if (verified) {
                arguments.put("verified", true);
            }
            if (!include.isEmpty()) {
                arguments.put("include", include);
            }
            if (joins != null) {
                arguments.put("joins", joins);
            }
            if (promise != null) {
                arguments.put("promise", promise);
            }
            return arguments;
        }
    }

    @Command(
            name = "confirm",
            mixinStandardHelpOptions = true,
            description = {
                "Confirm that a cluster or an account harvests answers.",
                "Members that are verified, of an organisation or vouched for are spared.",
                "A cluster that has changed since the given revision is refused, with its changes."
            })
    int confirm(
            @Parameters(paramLabel = "ID") String id,
            @Mixin AsAccount as,
            @Mixin ReviewDecision decision,
            @Mixin OfCluster ofCluster,
            @Mixin Confirmation confirmation)
            throws Exception {
        ReviewSubject subject = ReviewSubject.of(id, as.account);
        Map<String, Object> more = confirmation.arguments();
        if (!more.isEmpty() && !subject.isCluster()) {
            String option = more.keySet().iterator().next();
            throw new CommandLine.ParameterException(line(), "--" + option + " is for clusters");
        }
        return decide(subject, "confirm", decision, ofCluster, more);
    }

    @Command(
            name = "refute",
            mixinStandardHelpOptions = true,
            description = "Declare that a cluster or an account was suspected without cause.")
    int refute(
            @Parameters(paramLabel = "ID") String id,
            @Mixin AsAccount as,
            @Mixin ReviewDecision decision,
            @Mixin OfCluster ofCluster)
            throws Exception {
        return decide(ReviewSubject.of(id, as.account), "refute", decision, ofCluster, Map.of());
    }

    @Command(
            name = "hide",
            mixinStandardHelpOptions = true,
            description = {
                "Leave a cluster out of the review queue until its evidence grows.",
                "Standings and enforcement stay as they are."
            })
    int hide(
            @Parameters(paramLabel = "CLUSTER") String id,
            @Mixin ReviewDecision decision,
            @Option(
                            names = "--revision",
                            paramLabel = "N",
                            description = "the revision of the cluster that you have seen (default: the present one)")
                    @Nullable
                    Long revision)
            throws Exception {
        OfCluster seen = new OfCluster();
        seen.revision = revision;
        return decide(cluster(id), "hide", decision, seen, Map.of());
    }

    @Command(
            name = "unhide",
            mixinStandardHelpOptions = true,
            description = "Show a cluster in the review queue again.")
    int unhide(@Parameters(paramLabel = "CLUSTER") String id, @Mixin Origin origin) throws Exception {
        return act(cluster(id), "unhide", origin.arguments());
    }

    private ReviewSubject cluster(String id) {
        ReviewSubject subject = ReviewSubject.of(id, false);
        if (!subject.isCluster()) {
            throw new CommandLine.ParameterException(line(), "expected a cluster, such as c7");
        }
        return subject;
    }

    @Command(
            name = "vouch",
            mixinStandardHelpOptions = true,
            description = "Vouch for an account: its customer is known to be honest.")
    int vouch(@Parameters(paramLabel = "ACCOUNT") String account, @Mixin ReviewDecision decision) throws Exception {
        return act(ReviewSubject.of(account, true), action("vouch", decision), decision.arguments());
    }

    @Command(
            name = "unlabel",
            mixinStandardHelpOptions = true,
            description = "Take back the decision about an account or a cluster.")
    int unlabel(@Parameters(paramLabel = "ID") String id, @Mixin AsAccount as, @Mixin Origin origin) throws Exception {
        return act(ReviewSubject.of(id, as.account), "unlabel", origin.arguments());
    }

    private int decide(
            ReviewSubject subject,
            String action,
            ReviewDecision decision,
            OfCluster ofCluster,
            Map<String, Object> more)
            throws Exception {
        Map<String, Object> arguments = decision.arguments();
        arguments.putAll(more);
        if (subject.isCluster()) {
            if (decision.isCreating()) {
                throw new CommandLine.ParameterException(line(), "--create is for accounts");
            }
            Long revision = ofCluster.revision != null ? ofCluster.revision : present(subject);
            if (revision == null) {
                return 1;
            }
            arguments.put("revision", revision);
            if (!ofCluster.except.isEmpty()) {
                arguments.put("except", ofCluster.except);
            }
        } else if (ofCluster.isGiven()) {
            throw new CommandLine.ParameterException(
                    line(),
                    "--revision and --except are for clusters; \"" + Outline.safe(subject.id()) + "\" is an account");
        }
        return act(subject, action(action, decision), arguments);
    }

    /** Returns the name of an action, with its query. */
    private static String action(String name, ReviewDecision decision) {
        return decision.isCreating() ? name + "?create=true" : name;
    }

    /** Shows the present revision of a cluster and returns it. Without it, prints the reason and returns null. */
    private @Nullable Long present(ReviewSubject cluster) throws Exception {
        AdminQuery.Page page = query.get(line(), cluster.path(), cluster.missing());
        if (page == null) {
            return null;
        }
        TreeSet<Long> revisions = new TreeSet<>();
        if (page.fields().get("filters") instanceof Map<?, ?> filters) {
            filters.forEach((filter, part) -> {
                if (part instanceof Map<?, ?> fields && fields.get("revision") instanceof Long revision) {
                    revisions.add(revision);
                    String size = Outline.safe(String.valueOf(fields.get("size")));
                    line().getErr().println(cluster.id() + ": " + size + " accounts, revision " + revision);
                }
            });
        }
        if (revisions.size() != 1) {
            line().getErr()
                    .println("stillgate: the page of " + cluster.id() + " has " + revisions.size()
                            + " revisions: expected one; give it with --revision");
            return null;
        }
        return revisions.first();
    }

    private int act(ReviewSubject subject, String action, Map<String, Object> arguments) throws Exception {
        AdminQuery.Page page = query.post(line(), subject.path() + "/" + action, arguments);
        int exit = query.print(line(), page, fields -> Outline.of(ReviewDigest.outcome(fields)));
        String reason = page == null ? null : notEnforced(page.fields());
        if (reason == null) {
            return exit;
        }
        line().getErr().println("stillgate: recorded, not enforced: " + Outline.safe(reason));
        return NOT_ENFORCED;
    }

    private static @Nullable String notEnforced(Map<?, ?> page) {
        if (page.get("filters") instanceof Map<?, ?> filters) {
            for (Object part : filters.values()) {
                if (part instanceof Map<?, ?> fields && fields.get("notEnforced") instanceof String reason) {
                    return reason;
                }
            }
        }
        return null;
    }
}
