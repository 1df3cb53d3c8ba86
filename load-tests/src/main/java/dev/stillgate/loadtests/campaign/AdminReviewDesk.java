package dev.stillgate.loadtests.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.admin.ResourcePage;
import dev.stillgate.proxy.backtest.VirtualGateway;
import dev.stillgate.spi.AdminView;
import dev.stillgate.spi.ConflictException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Review queue and actions of the admin API of a virtual gateway. */
final class AdminReviewDesk implements ReviewDesk {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ACCOUNTS = "accounts";
    private static final String CLUSTERS = "clusters";
    private static final String JOINED = "joined ";

    private final VirtualGateway gateway;

    AdminReviewDesk(VirtualGateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public List<ReviewItem> queue(int limit) {
        List<ReviewItem> items = new ArrayList<>();
        for (JsonNode part : parts(page("review", view -> view.all(limit)))) {
            for (JsonNode item : part.path("items")) {
                items.add(new ReviewItem(
                        item.path("kind").asText(),
                        item.path("id").asText(),
                        item.path("revision").asLong(item.path("size").asLong())));
            }
        }
        return items;
    }

    @Override
    public Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        for (JsonNode part : parts(page(CLUSTERS, AdminView::all))) {
            for (JsonNode group : part) {
                List<String> accounts = new ArrayList<>();
                group.path("accounts").forEach(account -> accounts.add(account.asText()));
                groups.put(group.path("id").asText(), accounts);
            }
        }
        return groups;
    }

    @Override
    public List<String> accounts(ReviewItem item) {
        if (item.isAccount()) {
            return List.of(item.id());
        }
        List<String> accounts = new ArrayList<>();
        for (JsonNode part : parts(page(CLUSTERS, item.id()))) {
            part.path(item.isJoiners() ? "joiners" : "members")
                    .forEach(member -> accounts.add(member.path("account").asText()));
        }
        return accounts;
    }

    @Override
    public void confirm(ReviewItem item, List<String> except, SimulatedOperator.Rules rules) {
        if (item.isAccount()) {
            act(ACCOUNTS, item.id(), "confirm", arguments());
            return;
        }
        Map<String, Object> more = new LinkedHashMap<>(Map.of("verified", rules.verified()));
        if (item.isJoiners()) {
            except.forEach(account -> act(ACCOUNTS, account, "refute", arguments()));
            more.put(
                    "joiners",
                    accounts(item).stream()
                            .filter(account -> !except.contains(account))
                            .toList());
        } else {
            more.put("except", except);
        }
        if (rules.joins().equals(SimulatedOperator.NO_ORDER)) {
            judge(item, "confirm", more);
            return;
        }
        more.putAll(Map.of("joins", rules.joins(), "promise", rules.promise()));
        try {
            judge(item, "confirm", more);
        } catch (ConflictException beyondPromise) {
            more.put("joins", "queue");
            judge(item, "confirm", more);
        }
    }

    @Override
    public void refute(ReviewItem group) {
        if (group.isJoiners()) {
            accounts(group).forEach(account -> act(ACCOUNTS, account, "refute", arguments()));
        } else {
            judge(group, "refute", Map.of());
        }
    }

    @Override
    public void vouch(String account) {
        act(ACCOUNTS, account, "vouch", arguments());
    }

    /** Returns the group that an account first joined under a standing order, null for none. */
    @Nullable
    String joined(String account) {
        for (JsonNode part : parts(page(ACCOUNTS, account))) {
            for (JsonNode change : part.path("changes")) {
                String what = change.at("/order/what").asText();
                if (what.startsWith(JOINED)) {
                    return what.substring(JOINED.length());
                }
            }
        }
        return null;
    }

    /** Returns the requests of the fullest pool that is in use, null if there is none. */
    @Nullable
    Double poolBudget() {
        Double most = null;
        for (String group : groups().keySet()) {
            for (JsonNode part : parts(page("pools", group))) {
                for (JsonNode limit : part.path("limits")) {
                    if (limit.path("name").asText().equals("pool-requests")) {
                        most = Math.max(limit.path("capacity").asDouble(), most == null ? 0 : most);
                    }
                }
            }
        }
        return most;
    }

    /** Judges a group at its present revision; nothing if it is gone. */
    private void judge(ReviewItem group, String action, Map<String, Object> more) {
        for (JsonNode part : parts(page(CLUSTERS, group.id()))) {
            Map<String, Object> arguments = arguments();
            arguments.put("revision", part.path("revision").asLong());
            arguments.putAll(more);
            act(CLUSTERS, group.id(), action, arguments);
            return;
        }
    }

    private static Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("by", "operator");
        arguments.put("why", "simulated review");
        return arguments;
    }

    private ResourcePage page(String page, String id) {
        return page(page, view -> view.of(id)).named(id);
    }

    private ResourcePage page(String page, Function<AdminView, @Nullable Object> shown) {
        ResourcePage found = new ResourcePage();
        gateway.pages().parts(page).forEach((filter, view) -> found.part(filter, () -> shown.apply(view)));
        return found;
    }

    private void act(String page, String id, String action, Map<String, Object> arguments) {
        gateway.pages().actions(page, action).forEach((filter, each) -> each.perform(id, arguments));
        gateway.operated();
    }

    private static JsonNode parts(ResourcePage shown) {
        try {
            String page = shown.end();
            return JSON.readTree(page == null ? "{}" : page).path("filters");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
