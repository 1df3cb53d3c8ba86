package dev.stillgate.loadtests.campaign.logged;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.loadtests.campaign.client.Location;
import dev.stillgate.loadtests.options.Options;
import dev.stillgate.proxy.account.AccountsFile;
import dev.stillgate.proxy.backtest.BrokenLogException;
import dev.stillgate.proxy.backtest.VirtualGateway;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.spi.Account;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The command {@code load-tests/run likeness}: replays a log, then confirms some accounts of one campaign after the
 * other and counts the accounts that the fingerprint filter finds to resemble them. Not thread-safe.
 */
public final class LikenessCommand {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LEARNING_MILLIS = 120_000;
    private static final List<String> OPTIONS = List.of("--log", "--accounts", "--policy", "--days", "--confirm");

    private final VirtualGateway gateway;
    private final Map<String, Account> listed;
    private final Map<String, List<String>> campaigns = new TreeMap<>();
    private final List<String> unknown = new ArrayList<>();
    private long now;

    private LikenessCommand(VirtualGateway gateway, Map<String, Account> listed) {
        this.gateway = gateway;
        this.listed = listed;
        listed.values().forEach(gateway::list);
    }

    /** Runs the command. */
    public static void main(String[] args) throws IOException, ConfigException, BrokenLogException {
        Options options = new Options(args, 0, OPTIONS);
        Path log = Path.of(options.get("--log", ""));
        long days = (long) options.number("--days", 6, 1, 365);
        int confirmed = (int) options.number("--confirm", 5, 1, 1000);
        Map<String, Account> listed = AccountsFile.byId(Path.of(options.get("--accounts", "")));
        try (LogLines lines = new LogLines(log)) {
            LoggedLine first = lines.next();
            if (first == null) {
                throw new IOException("there is no exchange in " + log);
            }
            VirtualGateway.Options opened =
                    new VirtualGateway.Options(Path.of(options.get("--policy", "")), null, first.time(), false);
            try (VirtualGateway gateway = VirtualGateway.open(Environment.system(), opened)) {
                LikenessCommand command = new LikenessCommand(gateway, listed);
                command.replay(first, lines, first.time() + days * Location.DAY);
                command.measure(confirmed, System.out);
            }
        }
    }

    private void replay(LoggedLine first, LogLines lines, long end) throws IOException, BrokenLogException {
        Map<String, String> labels = new HashMap<>();
        for (LoggedLine line = first; line != null && line.time() < end; line = lines.next()) {
            labels.putIfAbsent(line.account(), line.campaign());
            gateway.offer(line.json(), 0, line.json().length);
        }
        now = end;
        gateway.advance(now);
        labels.keySet().stream().sorted().forEach(account -> {
            String campaign = labels.getOrDefault(account, "");
            Account known = listed.get(account);
            boolean isVouched = known != null && (known.verified() || known.organisation() != null);
            if (!campaign.isEmpty()) {
                campaigns.computeIfAbsent(campaign, absent -> new ArrayList<>()).add(account);
            } else if (!isVouched) {
                unknown.add(account);
            }
        });
    }

    /** Accounts by what they resemble. */
    private static final class Count {
        int compared;
        int proposed;
        int marked;
        int close;

        void add(JsonNode resembles) {
            if (!resembles.isMissingNode()) {
                String reach = resembles.path("reach").asText();
                compared++;
                proposed += resembles.path("proposed").asBoolean() ? 1 : 0;
                marked += reach.equals("marked") || reach.equals("close") ? 1 : 0;
                close += reach.equals("close") ? 1 : 0;
            }
        }

        @Override
        public String toString() {
            return "%d | %d | %d | %d".formatted(compared, proposed, marked, close);
        }
    }

    private void measure(int confirmed, PrintStream out) throws IOException {
        out.println("| campaign | confirmed | others compared | proposed | marked | close "
                + "| innocent compared | proposed | marked | close |");
        out.println("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        Random random = new Random(1);
        for (Map.Entry<String, List<String>> campaign : campaigns.entrySet()) {
            List<String> accounts = new ArrayList<>(campaign.getValue());
            Collections.shuffle(accounts, random);
            List<String> chosen = accounts.subList(0, Math.min(confirmed, accounts.size()));
            label(chosen, "confirm", Map.of("by", "operator", "why", "measurement"));
            Count others = count(accounts.subList(chosen.size(), accounts.size()));
            out.printf("| %s | %d | %s | %s |%n", campaign.getKey(), chosen.size(), others, count(unknown));
            label(chosen, "unlabel", Map.of());
        }
    }

    private void label(List<String> accounts, String action, Map<String, Object> arguments) {
        accounts.forEach(account -> gateway.act("accounts", account, action, arguments));
        now += LEARNING_MILLIS;
        gateway.advance(now);
    }

    private Count count(List<String> accounts) throws IOException {
        Count count = new Count();
        for (String account : accounts) {
            String page = gateway.get("accounts", account);
            JsonNode filters =
                    page == null ? JSON.missingNode() : JSON.readTree(page).path("filters");
            filters.forEach(filter -> {
                if (filter.has("resembles")) {
                    count.add(filter.path("resembles"));
                }
            });
        }
        return count;
    }
}
