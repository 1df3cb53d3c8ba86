package dev.stillgate.loadtests.orders;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.loadtests.fleet.GatewayProcess;
import dev.stillgate.loadtests.orders.AdminClient.Reply;
import dev.stillgate.loadtests.orders.GivenOrder.Outcome;
import dev.stillgate.loadtests.orders.GivenOrder.Request;
import dev.stillgate.loadtests.orders.GivenOrder.Slot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Comparison of a healed fleet with the model. Not thread-safe. */
final class Checker {
    private static final long POLL_MILLIS = 500;
    private static final int BLOCKED_STATUS = 403;

    private final List<Member> members;
    private final AdminClient admin;
    private final History history;
    private final Store store;
    private final OperationLog log;
    private final Set<String> reported = new HashSet<>();

    /** Accounts that differed in the last comparison; only they are compared until they agree. */
    private final Set<String> wrongAccounts = new HashSet<>();

    Checker(List<Member> members, AdminClient admin, History history, Store store, OperationLog log) {
        this.members = members;
        this.admin = admin;
        this.history = history;
        this.store = store;
        this.log = log;
    }

    /**
     * Compares until everything is as expected, or the time is over.
     *
     * @return the violations that remain and were not returned before, by their identity
     */
    Map<String, String> check(int seconds) throws IOException, InterruptedException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        Set<String> all = history.accounts();
        Map<String, String> wrong = compare(all);
        while (!reported.containsAll(wrong.keySet()) && System.nanoTime() < end) {
            Thread.sleep(POLL_MILLIS);
            Set<String> accounts = wrongAccounts.isEmpty() ? all : Set.copyOf(wrongAccounts);
            wrong = compare(accounts);
            if (reported.containsAll(wrong.keySet()) && !accounts.equals(all)) {
                wrong = compare(all);
            }
        }
        wrong.keySet().removeIf(identity -> !reported.add(identity));
        wrong.values().forEach(text -> log.line("VIOLATION " + text));
        return wrong;
    }

    private Map<String, String> compare(Set<String> accounts) throws IOException, InterruptedException {
        Map<String, String> wrong = new LinkedHashMap<>();
        List<KnownOrders> lists = new ArrayList<>();
        for (int gateway = 0; gateway < members.size(); gateway++) {
            KnownOrders known = KnownOrders.of(members.get(gateway));
            lists.add(known);
            compareList(gateway, known, wrong);
        }
        KnownOrders ranks = lists.getFirst();
        if (lists.stream().noneMatch(KnownOrders::hasUnsent)) {
            history.settle();
        }
        compareRanks(lists, wrong);
        List<String> erased = new ArrayList<>();
        wrongAccounts.clear();
        for (String account : new TreeSet<>(accounts)) {
            if (history.isErased(account, ranks)) {
                erased.add(account);
            }
            int before = wrong.size();
            for (int gateway = 0; gateway < members.size(); gateway++) {
                if (account.equals(Plan.CLUSTER)) {
                    compareCluster(gateway, ranks, wrong);
                } else {
                    comparePage(gateway, account, ranks, wrong);
                }
            }
            if (wrong.size() > before) {
                wrongAccounts.add(account);
            }
        }
        findErased(erased, wrong);
        return wrong;
    }

    /** Adds a violation; several gateways with the same one are listed in one line. */
    private static void add(Map<String, String> wrong, String identity, String text) {
        wrong.merge(identity, text, (present, added) -> present + "; " + added.replaceFirst(".*, but ", ""));
    }

    private void comparePage(int gateway, String account, KnownOrders ranks, Map<String, String> wrong)
            throws InterruptedException {
        GatewayProcess process = members.get(gateway).process();
        Reply page = admin.get(process, "/accounts/" + account);
        if (page.status() != 200 && page.status() != 404) {
            add(
                    wrong,
                    "page " + account + gateway,
                    "gateway %d does not show %s: %s".formatted(gateway, account, page));
            return;
        }
        if (history.isErased(account, ranks) && page.status() != 404) {
            add(wrong, "erased " + account, "gateway %d knows the erased %s: %s".formatted(gateway, account, page));
            return;
        }
        JsonNode shown = page.json().path("filters").path(OrdersChaos.FILTER);
        compareSlot(gateway, account, Slot.STANDING, shown.path("pinned"), ranks, wrong);
        compareSlot(gateway, account, Slot.JUDGEMENT, shown.path("label"), ranks, wrong);
        if (Plan.accounts().contains(account)) {
            boolean blocked = shown.path("standing").asText().equals("blocked");
            int status = admin.ask(process, account);
            if (status != (blocked ? BLOCKED_STATUS : 200)) {
                add(
                        wrong,
                        "enforced " + account + gateway,
                        "gateway %d responds %d to %s, whose page says %s"
                                .formatted(gateway, status, account, shown.path("standing")));
            }
        }
    }

    /** Checks the judgement of each member, and that the cluster has the standing order of its judgement if that is one. */
    private void compareCluster(int gateway, KnownOrders ranks, Map<String, String> wrong) throws InterruptedException {
        GatewayProcess process = members.get(gateway).process();
        for (String member : Plan.members()) {
            JsonNode shown = admin.get(process, "/accounts/" + member)
                    .json()
                    .path("filters")
                    .path(OrdersChaos.FILTER);
            compareSlot(gateway, Plan.CLUSTER, Slot.JUDGEMENT, shown.path("label"), ranks, wrong);
        }
        JsonNode page = admin.get(process, "/clusters/" + Plan.CLUSTER).json();
        JsonNode standing = page.path("filters").path(OrdersChaos.FILTER).path("standingOrder");
        String why = standing.path("why").asText("");
        History.Expected expected = history.expected(Plan.CLUSTER, Slot.JUDGEMENT, System.nanoTime(), ranks);
        boolean isAllowed = why.isEmpty()
                ? expected.nothing() || expected.inForce().stream().anyMatch(order -> joins(order) == null)
                : expected.inForce().stream()
                        .anyMatch(order -> order.request().why().equals(why)
                                && standing.path("joins").asText().equals(joins(order)));
        if (!isAllowed) {
            add(
                    wrong,
                    "standing order " + expected.deciding(),
                    "the standing order follows from %s, but gateway %d shows %s"
                            .formatted(expected.deciding(), gateway, standing));
        }
    }

    private static @Nullable String joins(GivenOrder order) {
        return order.request().standing();
    }

    private void compareSlot(
            int gateway, String account, Slot slot, JsonNode shown, KnownOrders ranks, Map<String, String> wrong) {
        String why = shown.path("why").asText("");
        History.Expected expected = history.expected(account, slot, System.nanoTime(), ranks);
        if (!expected.allows(why)) {
            String deciding =
                    expected.deciding().stream().map(GivenOrder::toString).collect(Collectors.joining(", or "));
            add(
                    wrong,
                    "%s %s %s".formatted(slot, account, deciding),
                    "%s of %s is decided by %s, but gateway %d shows %s"
                            .formatted(slot, account, deciding, gateway, shown.isMissingNode() ? "nothing" : shown));
        }
        for (GivenOrder order : expected.inForce()) {
            if (order.request().why().equals(why)
                    && !order.mayEndAt(Instant.parse(shown.path("until").asText()))) {
                add(
                        wrong,
                        "end " + order.request().number(),
                        "gateway %d shows another end of %s: %s".formatted(gateway, order, shown));
            }
        }
    }

    /**
     * Checks that a gateway's list has each acknowledged order once, with the reason unless it was erased, and no refused
     * one; and that all orders were sent.
     */
    private void compareList(int gateway, KnownOrders known, Map<String, String> wrong) {
        if (known.hasUnsent()) {
            wrong.put(
                    "unsent %d of %d".formatted(gateway, history.all().size()),
                    "gateway %d has orders that it did not send".formatted(gateway));
        }
        for (GivenOrder order : history.all()) {
            Request request = order.request();
            int count = known.count(order);
            boolean mustBeThere = order.isAcknowledged() && (request.erases() || !request.withdraws());
            if (count > 1 || (count == 0 && mustBeThere) || (count > 0 && order.outcome() == Outcome.REFUSED)) {
                add(
                        wrong,
                        "listed " + request.number(),
                        "%3$s, but gateway %1$d has %2$d records of it".formatted(gateway, count, order));
            }
            if (known.isScrubbed(order) && !history.mayBeScrubbed(order, known)) {
                add(
                        wrong,
                        "scrubbed " + request.number(),
                        "%s was given after each erasure, but gateway %d has erased its account"
                                .formatted(order, gateway));
            }
            if (request.erases()
                    && order.isDone()
                    && !history.erasures(request.account(), known).contains(order)) {
                add(
                        wrong,
                        "waits " + request.number(),
                        "%s did not wait for another operator, but gateway %d waits".formatted(order, gateway));
            }
        }
    }

    /** Checks that all gateways rank alike, and that no order has a lesser rank than one that was known before it. */
    private void compareRanks(List<KnownOrders> lists, Map<String, String> wrong) {
        KnownOrders first = lists.getFirst();
        List<GivenOrder> ranked = history.all().stream()
                .filter(order -> lists.stream().allMatch(list -> list.has(order)))
                .sorted(Comparator.comparing(first::rank))
                .toList();
        for (GivenOrder order : ranked) {
            if (lists.stream().anyMatch(list -> !list.rank(order).equals(first.rank(order)))) {
                add(
                        wrong,
                        "rank " + order.request().number(),
                        "gateways rank %s differently: %s"
                                .formatted(
                                        order,
                                        lists.stream()
                                                .map(list -> list.rank(order))
                                                .toList()));
            }
        }
        for (int i = 1; i < ranked.size(); i++) {
            GivenOrder order = ranked.get(i);
            for (GivenOrder lesser : ranked.subList(0, i)) {
                if (lesser.request().account().equals(order.request().account())
                        && lesser.request().slot() == order.request().slot()
                        && order.isAcknowledged()
                        && lesser.isAcknowledged()
                        && order.precedes(lesser)) {
                    add(
                            wrong,
                            "inverted " + order.request().number(),
                            "%s has a greater rank than %s, which was given after it".formatted(order, lesser));
                }
            }
        }
    }

    /** Looks for erased accounts and the reasons of their orders in the store and on the disks. */
    private void findErased(List<String> erased, Map<String, String> wrong) throws IOException, InterruptedException {
        if (erased.isEmpty()) {
            return;
        }
        List<String> texts = new ArrayList<>(erased);
        erased.forEach(account -> texts.addAll(history.reasons(account)));
        for (String found : store.find(texts)) {
            add(wrong, "store " + found, "the store has what was erased: " + found);
        }
        for (int gateway = 0; gateway < members.size(); gateway++) {
            List<Path> files;
            try (Stream<Path> walk = Files.walk(members.get(gateway).state())) {
                files = walk.filter(Files::isRegularFile).toList();
            }
            for (Path file : files) {
                String content = Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
                texts.stream()
                        .filter(content::contains)
                        .forEach(text -> add(
                                wrong,
                                "disk " + text + file,
                                "gateway's file %s has what was erased: %s".formatted(file, text)));
            }
        }
    }
}
