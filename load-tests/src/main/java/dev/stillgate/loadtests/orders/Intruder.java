package dev.stillgate.loadtests.orders;

import dev.stillgate.loadtests.orders.AdminClient.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Attacks on orders at one gateway whose process no other fault touches meanwhile: withdrawals by one operator, a journal that
 * is changed under the gateway, and keys that change their accounts. Thread-safe.
 */
final class Intruder {
    private static final Pattern ID = Pattern.compile("\"order\":\\{[^{}]*\"id\":\"([0-9a-f]{32})\"");
    private static final Pattern WRITTEN = Pattern.compile("\"orders\":(\\d+)");
    private static final String ACCEPT = "--accept-lost-orders";
    private static final long POLL_MILLIS = 100;

    /** Number of polls within which a gateway must have written its journal anew. */
    private static final int POLLS = 400;

    private static final int BLOCKED = 403;

    private final AdminClient admin;
    private final int approvals;
    private final Path accountsFile;
    private final Consumer<String> violations;
    private final AtomicInteger numbers = new AtomicInteger();

    /** @param violations takes what an attack achieved */
    Intruder(AdminClient admin, int approvals, Path accountsFile, Consumer<String> violations) {
        this.admin = admin;
        this.approvals = approvals;
        this.accountsFile = accountsFile;
        this.violations = violations;
    }

    private Reply order(Member member, String path, String name, String value) throws InterruptedException {
        String by = "intruder-" + numbers.incrementAndGet();
        return admin.post(member.process(), path, Map.of("by", by, "why", "an attack", name, value));
    }

    private static boolean isGiven(Reply reply) {
        return reply.status() == 200 || reply.status() == 202;
    }

    private String standing(Member member, String account) throws InterruptedException {
        Reply page = admin.get(member.process(), "/accounts/" + account);
        return page.json()
                .path("filters")
                .path(OrdersChaos.FILTER)
                .path("standing")
                .asText();
    }

    /** Withdraws as one operator what keeps a confirmed account clear; without a second one it must stay clear. */
    void withdraw(Member member) throws InterruptedException {
        String account = "w-" + numbers.incrementAndGet() + "-zq";
        String path = "/accounts/" + account;
        if (approvals < 2 || !isGiven(order(member, path + "/standing?create=true", "standing", "clear"))) {
            return;
        }
        String pin = admin.get(member.process(), "/orders?limit=1&account=" + account)
                .json()
                .at("/orders/0/id")
                .asText();
        for (int i = 0; i < approvals; i++) {
            order(member, path + "/confirm", "for", "30d");
        }
        if (pin.isEmpty() || !isGiven(order(member, "/orders/" + pin + "/withdraw", "", ""))) {
            return;
        }
        String one = standing(member, account);
        if (one.equals("pooled") || one.equals("blocked")) {
            violations.accept("one operator took back what kept %s clear: it is %s".formatted(account, one));
        }
    }

    /** Changes the journal of a running gateway, which must write it anew with all that it knows. */
    void damage(Member member, boolean cuts) throws IOException, InterruptedException {
        int known = admin.get(member.process(), "/orders?limit=1")
                .json()
                .path("known")
                .asInt();
        if (known == 0) {
            return;
        }
        damage(member.journal(), cuts);
        order(member, "/accounts/t-" + numbers.incrementAndGet() + "-zq/standing?create=true", "standing", "marked");
        for (int i = 0; ids(member.journal()) < known; i++) {
            if (i == POLLS) {
                violations.accept("a changed journal has %d of %d orders".formatted(ids(member.journal()), known));
                return;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Cuts half of a journal in place, or replaces it by another file with its first half. */
    static void damage(Path journal, boolean cuts) throws IOException {
        String text = Files.exists(journal) ? Files.readString(journal) : "";
        Path target = cuts ? journal : journal.resolveSibling("backup");
        Files.writeString(target, text.substring(0, text.indexOf('\n', text.length() / 2) + 1));
        if (!cuts) {
            Files.move(target, journal, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Cuts the journal of a gateway that is down; it must start only if it is told to accept that. */
    void cutWhileDown(Member member) throws IOException, InterruptedException {
        damage(member.journal(), true);
        Path count = member.journal().resolveSibling("orders.jsonl.count");
        Matcher written = WRITTEN.matcher(Files.exists(count) ? Files.readString(count) : "");
        if (!written.find() || Integer.parseInt(written.group(1)) <= ids(member.journal())) {
            return;
        }
        try {
            member.start();
            violations.accept("a gateway starts without orders that were in its journal");
        } catch (IOException refused) {
            if (!String.valueOf(refused.getMessage()).contains(ACCEPT)) {
                throw refused;
            }
            member.start(ACCEPT);
        }
    }

    private static int ids(Path journal) throws IOException {
        Set<String> ids = new HashSet<>();
        Matcher matcher = ID.matcher(Files.exists(journal) ? Files.readString(journal) : "");
        while (matcher.find()) {
            ids.add(matcher.group(1));
        }
        return ids.size();
    }

    /** Swaps the keys of a blocked account and of another one in the accounts file; the blocked one's key must stay blocked. */
    void swapKeys(List<Member> members) throws IOException, InterruptedException {
        String blocked = Plan.swapped().getFirst();
        for (int i = 0; i < approvals; i++) {
            order(members.getFirst(), "/accounts/" + blocked + "/standing", "standing", "blocked");
        }
        String text = Files.readString(accountsFile);
        String other = Plan.swapped().getLast();
        Set<Member> blocking = new HashSet<>();
        for (Member member : members) {
            if (admin.ask(member.process(), blocked) == BLOCKED) {
                blocking.add(member);
            }
        }
        writeAccounts(text.replace(blocked, "?").replace(other, blocked).replace("?", other));
        for (Member member : blocking) {
            Reply reload = admin.post(member.process(), "/reload", Map.of());
            int status = admin.ask(member.process(), blocked);
            if (status == 200) {
                violations.accept("a blocked key is served after a swap, whose reload says " + reload);
            }
        }
        writeAccounts(text);
        for (Member member : members) {
            admin.post(member.process(), "/reload", Map.of());
        }
    }

    private void writeAccounts(String text) throws IOException {
        Path next = Files.writeString(accountsFile.resolveSibling("accounts.new"), text);
        Files.move(next, accountsFile, StandardCopyOption.REPLACE_EXISTING);
    }
}
