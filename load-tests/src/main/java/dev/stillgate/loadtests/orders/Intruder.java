package dev.stillgate.loadtests.orders;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Attacks on orders at gateways whose processes no other fault touches meanwhile. Thread-safe. */
final class Intruder {
    private static final Pattern WRITTEN = Pattern.compile("\"orders\":(\\d+)");
    private static final String ACCEPT = "--accept-lost-orders";
    private static final int BLOCKED = 403;

    /** Number of tenths of a second within which a gateway must have written its journal anew. */
    private static final int POLLS = 400;

    private final AdminClient admin;
    private final int approvals;
    private final Path accountsFile;
    private final OperationLog log;
    private final List<String> violations;
    private final AtomicInteger numbers = new AtomicInteger();

    Intruder(AdminClient admin, int approvals, Path accountsFile, OperationLog log, List<String> violations) {
        this.admin = admin;
        this.approvals = approvals;
        this.accountsFile = accountsFile;
        this.log = log;
        this.violations = violations;
    }

    private void achieve(String text) {
        log.line("VIOLATION " + text);
        violations.add(text);
    }

    /** Gives an order as an operator of its own; returns whether it was accepted. */
    private boolean order(Member member, String path, Map<String, String> more) throws InterruptedException {
        Map<String, String> body = new HashMap<>(more);
        body.putAll(Map.of("by", "intruder-" + numbers.incrementAndGet(), "why", "an attack"));
        int status = admin.post(member.process(), path, body).status();
        log.line("attack: " + path + " " + status);
        return status == 200 || status == 202;
    }

    /** Withdraws as one operator what keeps a confirmed account clear; it must stay clear. */
    void withdraw(Member member) throws InterruptedException {
        String account = "w-" + numbers.incrementAndGet() + "-zq";
        String path = "/accounts/" + account;
        boolean given = approvals > 1 && order(member, path + "/standing?create=true", Map.of("standing", "clear"));
        JsonNode list = admin.get(member.process(), "/orders?limit=1&account=" + account)
                .json();
        for (int i = 0; given && i < approvals; i++) {
            given = order(member, path + "/confirm", Map.of("for", "30d"));
        }
        String pin = list.at("/orders/0/id").asText();
        if (given && order(member, "/orders/" + pin + "/withdraw", Map.of())) {
            JsonNode page = admin.get(member.process(), path).json();
            String standing =
                    page.at("/filters/" + OrdersChaos.FILTER + "/standing").asText();
            log.count("attack withdrawal: " + standing);
            if (standing.equals("pooled") || standing.equals("blocked")) {
                achieve("one operator took back what kept %s clear: it is %s".formatted(account, standing));
            }
        }
    }

    /** Changes the journal of a running gateway, which must write it anew with all that it knows. */
    void damage(Member member, boolean cuts) throws IOException, InterruptedException {
        JsonNode list = admin.get(member.process(), "/orders?limit=1").json();
        int known = list.path("known").asInt();
        halve(member.journal(), cuts);
        order(member, "/accounts/t-0-zq/standing?create=true", Map.of("standing", "marked"));
        int size = 0;
        for (int i = 0; i < POLLS && size < known; i++) {
            Thread.sleep(100);
            size = KnownOrders.of(member).size();
        }
        if (size < known) {
            achieve("a changed journal has %d of %d orders".formatted(size, known));
        }
    }

    /** Cuts a journal in place, or replaces it by another file, so that it has the first half of its lines. */
    private static void halve(Path journal, boolean cuts) throws IOException {
        String text = Files.readString(journal);
        Path target = cuts ? journal : journal.resolveSibling("backup");
        Files.writeString(target, text.substring(0, text.indexOf('\n', text.length() / 2) + 1));
        if (!cuts) {
            Files.move(target, journal, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * Cuts the journal of a gateway that is down, which must not start; then starts it.
     *
     * @param mayLose whether to go on without what is missing, else the journal is restored
     */
    void cutWhileDown(Member member, boolean mayLose) throws IOException, InterruptedException {
        byte[] whole = Files.readAllBytes(member.journal());
        halve(member.journal(), true);
        Path count = member.journal().resolveSibling("orders.jsonl.count");
        Matcher written = WRITTEN.matcher(Files.exists(count) ? Files.readString(count) : "");
        boolean lacks = written.find()
                && Integer.parseInt(written.group(1)) > KnownOrders.of(member).size();
        if (lacks) {
            try {
                member.start();
                achieve("a gateway starts without orders that were in its journal");
                return;
            } catch (IOException refused) {
                log.count("attack refused at a start: " + refused.toString().contains(ACCEPT));
            }
        }
        if (lacks && mayLose) {
            member.start(ACCEPT);
        } else {
            Files.write(member.journal(), whole);
            member.start();
        }
    }

    /** Swaps the keys of a blocked account and of another one in the accounts file; the blocked key must stay blocked. */
    synchronized void swapKeys(Member member) throws IOException, InterruptedException {
        String blocked = Plan.others().getFirst();
        String other = Plan.others().getLast();
        for (int i = 0; i < approvals; i++) {
            order(member, "/accounts/" + blocked + "/standing?create=true", Map.of("standing", "blocked"));
        }
        if (admin.ask(member.process(), blocked) == BLOCKED) {
            String text = Files.readString(accountsFile);
            load(member, text.replace(blocked, "?").replace(other, blocked).replace("?", other));
            int status = admin.ask(member.process(), blocked);
            log.count("attack key swap: " + status);
            if (status == 200) {
                achieve("a blocked key is served after it was given to another account");
            }
            load(member, text);
        }
    }

    private void load(Member member, String accounts) throws IOException, InterruptedException {
        Path next = Files.writeString(accountsFile.resolveSibling("accounts.new"), accounts);
        Files.move(next, accountsFile, StandardCopyOption.REPLACE_EXISTING);
        admin.post(member.process(), "/reload", Map.of());
    }
}
