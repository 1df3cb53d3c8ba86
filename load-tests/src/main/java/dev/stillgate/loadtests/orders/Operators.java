package dev.stillgate.loadtests.orders;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.loadtests.fleet.GatewayProcess;
import dev.stillgate.loadtests.orders.AdminClient.Reply;
import dev.stillgate.loadtests.orders.GivenOrder.Outcome;
import dev.stillgate.loadtests.orders.GivenOrder.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Operators that give the orders of a plan side by side, each waiting for its response. Thread-safe. */
final class Operators {
    private static final int OPERATORS = 3;
    private static final long PAUSE_MILLIS = 900;

    private final List<Member> members;
    private final AdminClient admin;
    private final History history;
    private final Holdings holdings;
    private final OperationLog log;

    Operators(List<Member> members, AdminClient admin, History history, Holdings holdings, OperationLog log) {
        this.members = members;
        this.admin = admin;
        this.history = history;
        this.holdings = holdings;
        this.log = log;
    }

    /** Gives orders for some time. */
    void give(Plan plan, int epoch, long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        List<Thread> threads = IntStream.range(0, OPERATORS)
                .mapToObj(i -> Thread.ofVirtual().start(() -> giveUntil(end, plan, epoch)))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void giveUntil(long end, Plan plan, int epoch) {
        try {
            while (System.nanoTime() < end) {
                Request request;
                synchronized (plan) {
                    request = plan.nextOrder(epoch);
                }
                give(request.at(running(request.gateway())));
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns a gateway that is not down; operators turn to the next one if it is. */
    private int running(int wanted) {
        return IntStream.range(0, members.size())
                .map(i -> (wanted + i) % members.size())
                .filter(i -> members.get(i).process() != null)
                .findFirst()
                .orElse(wanted);
    }

    private void give(Request request) throws InterruptedException {
        GatewayProcess gateway = members.get(request.gateway()).process();
        GivenOrder order = new GivenOrder(request);
        history.add(order);
        Reply reply = send(gateway, request);
        boolean waits = reply.json().has("waiting")
                || reply.json().path("status").asText().equalsIgnoreCase("waiting");
        order.answered(reply.status(), meaning(reply), waits);
        if (order.outcome() == Outcome.HERE && !Plan.accounts().contains(request.account())) {
            Reply list = admin.get(gateway, "/orders?limit=1");
            if (list.status() != 200 || list.json().at("/clock/held").asBoolean()) {
                order.onHeldClock();
            }
        }
        if (order.isAcknowledged()) {
            holdings.has(request.gateway(), order, order.start());
            if (order.outcome() == Outcome.KNOWN) {
                holdings.has(Holdings.STORE, order, order.start());
            }
        }
        String answer = switch (reply.status()) {
            case AdminClient.NOT_SENT -> "not sent";
            case AdminClient.NO_RESPONSE -> "no response";
            default -> Integer.toString(reply.status());
        };
        log.count("order " + answer);
        log.line(order
                + (order.isAcknowledged()
                        ? ""
                        : " " + reply.body().lines().findFirst().orElse("")));
    }

    private Reply send(@Nullable GatewayProcess gateway, Request request) throws InterruptedException {
        Integer approved = request.approved();
        String waiting = approved == null ? null : id(gateway, approved);
        Map<String, String> signed = Map.of("by", request.by(), "why", request.why());
        if (waiting != null) {
            return admin.post(gateway, "/orders/" + waiting + "/approve", signed);
        }
        Integer withdrawn = request.withdrawn();
        if (withdrawn != null) {
            String id = id(gateway, withdrawn);
            return id == null
                    ? new Reply(AdminClient.NOT_SENT, "the gateway does not know the order")
                    : admin.post(gateway, "/orders/" + id + "/withdraw", signed);
        }
        if (request.isOnCluster()) {
            return sendOnCluster(gateway, request);
        }
        String account = "/accounts/" + request.account();
        if (request.erases()) {
            return admin.delete(gateway, account, Map.of("by", request.by()));
        }
        String path = account + "/" + request.action() + (request.withdraws() ? "" : "?create=true");
        return admin.post(gateway, path, body(request, "standing"));
    }

    /** @param effect name of what the order has in place of a standing */
    private static Map<String, Object> body(Request request, String effect) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (request.standing() != null) {
            body.put(effect, request.standing());
        }
        if (!request.withdraws()) {
            body.put("for", request.seconds() + "s");
        }
        body.put("by", request.by());
        body.put("why", request.why());
        return body;
    }

    /** Judges the cluster as the gateway shows it; one that knows neither its evidence nor orders refuses. */
    private Reply sendOnCluster(@Nullable GatewayProcess gateway, Request request) throws InterruptedException {
        String cluster = "/clusters/" + request.account();
        JsonNode page = admin.get(gateway, cluster).json().path("filters").path(OrdersChaos.FILTER);
        if (page.isMissingNode()) {
            return new Reply(AdminClient.NOT_SENT, "the gateway does not show the cluster");
        }
        Map<String, Object> body = body(request, "joins");
        if (!request.withdraws()) {
            body.put("revision", page.path("revision").asInt());
        }
        return admin.post(gateway, cluster + "/" + request.action(), body);
    }

    /** Returns the id by which a gateway knows an order, null if it does not. */
    private @Nullable String id(@Nullable GatewayProcess gateway, int number) throws InterruptedException {
        Reply list = admin.get(gateway, "/orders?by=" + Request.by(number));
        String id = list.json().at("/orders/0/id").asText();
        return id.isEmpty() ? null : id;
    }

    private static Outcome meaning(Reply reply) {
        JsonNode page = reply.json().path("filters").path(OrdersChaos.FILTER);
        if (reply.body().contains("\"already\":true") || (page.has("pending") && !page.has("order"))) {
            return Outcome.REFUSED; // nothing is written
        }
        return switch (reply.status()) {
            case 200 -> reply.body().contains("\"kept\":\"here\"") ? Outcome.HERE : Outcome.KNOWN;
            case 202 -> Outcome.HERE;
            case AdminClient.NOT_SENT, 503 -> Outcome.REFUSED;
            default -> reply.status() >= 400 && reply.status() < 500 ? Outcome.REFUSED : Outcome.UNANSWERED;
        };
    }
}
