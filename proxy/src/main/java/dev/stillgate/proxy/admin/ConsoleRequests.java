package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.stillgate.proxy.admin.Credentials.AdminOperator;
import dev.stillgate.proxy.console.ConsoleFiles;
import dev.stillgate.proxy.console.EventStream;
import dev.stillgate.proxy.console.SignInLimit;
import dev.stillgate.proxy.json.JsonWriter;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Handler of the paths below {@code /console}: static files, the session, and live events. All data on the console's
 * pages come from the other pages of the admin API.
 */
final class ConsoleRequests {
    static final String ROOT = "/console";

    /**
     * Allows the console's own files only: no inline script or style, no other origin, no frame, no markup from text
     * except through lit-html.
     */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none';"
            + " require-trusted-types-for 'script'; trusted-types lit-html";

    private static final String SESSION = ROOT + "/session";
    private static final String TOKEN = "token=";
    private static final int LONGEST_FORM = 16 * 1024;

    private final AdminAccess access;
    private final Auditor auditor;
    private final ConsoleFiles files = new ConsoleFiles();
    private final EventStream events;
    private final SignInLimit wrong;
    private final @Nullable String version;

    ConsoleRequests(AdminAccess access, Auditor auditor, AdminServer.Console console) {
        this.access = access;
        this.auditor = auditor;
        this.events = console.events();
        this.wrong = console.wrong();
        this.version = ConsoleRequests.class.getPackage().getImplementationVersion();
    }

    void handle(HttpExchange exchange) throws IOException {
        secure(exchange.getResponseHeaders());
        String path = exchange.getRequestURI().getRawPath();
        boolean reads = !Mutation.changes(exchange);
        if (path.equals(ROOT)) {
            exchange.getResponseHeaders().set("Location", ROOT + '/');
            Reply.text(308, "").send(exchange);
        } else if (path.equals(SESSION)) {
            if (reads) {
                Reply.json(200, JsonWriter.json(session(exchange)) + "\n").send(exchange);
            } else {
                signIn(exchange);
            }
        } else if (path.equals(SESSION + "/end") && !reads) {
            Caller caller = Caller.of(exchange);
            List<String> cookies = exchange.getRequestHeaders().get("Cookie");
            exchange.getResponseHeaders().set("Set-Cookie", access.sessions().end(cookies));
            if (caller.operator() == null) { // nothing ends
                exchange.getResponseHeaders().set("Location", ROOT + '/');
                Reply.text(303, "signed out\n").send(exchange);
            } else {
                seeOther(exchange, ROOT + '/', caller, "signed out");
            }
        } else if (!reads) {
            exchange.getResponseHeaders().set("Allow", "GET");
            Reply.error(405, "only GET").send(exchange);
        } else if (path.equals(ROOT + "/events")) {
            events(exchange);
        } else {
            file(exchange, path.substring(ROOT.length() + 1));
        }
    }

    private static void secure(Headers fields) {
        fields.set("Content-Security-Policy", POLICY);
        fields.set("X-Content-Type-Options", "nosniff");
        fields.set("Referrer-Policy", "same-origin"); // with no-referrer, browsers send forms with "Origin: null"
        fields.set("Cross-Origin-Opener-Policy", "same-origin");
        fields.set("Cross-Origin-Resource-Policy", "same-origin");
        fields.set("Cache-Control", "no-cache");
    }

    private Map<String, @Nullable Object> session(HttpExchange exchange) {
        AdminOperator operator = Caller.of(exchange).operator();
        Map<String, @Nullable Object> session = new LinkedHashMap<>();
        session.put("needsToken", access.credentials().isNeeded());
        session.put("credential", access.credentials().kind());
        session.put("signedIn", operator != null);
        session.put("name", operator == null ? null : operator.name());
        session.put("role", operator == null ? null : operator.role().text());
        session.put("write", access.mayWrite());
        session.put("tail", events.hasLog());
        session.put("version", version == null ? "built from source" : version);
        session.put("time", Instant.now());
        return session;
    }

    /** Opens a session if the form has a right credential, which is never logged. Wrong ones are limited by address. */
    private void signIn(HttpExchange exchange) throws IOException {
        byte[] form = exchange.getRequestBody().readNBytes(LONGEST_FORM + 1);
        String text = new String(form, StandardCharsets.UTF_8);
        Caller caller = !access.credentials().isNeeded()
                ? Caller.known(Caller.Proof.UNNEEDED, AdminOperator.ANYBODY)
                : access.credentials()
                        .caller(form.length <= LONGEST_FORM && text.startsWith(TOKEN) ? decoded(text) : "");
        if (caller.proof() == Caller.Proof.UNNEEDED) {
            seeOther(exchange, ROOT + "/?wrong", caller, "no token is configured");
            return;
        }
        AdminOperator operator = caller.operator();
        if (operator != null) {
            exchange.getResponseHeaders().set("Set-Cookie", access.sessions().open(operator));
            seeOther(exchange, ROOT + '/', caller, "signed in");
            return;
        }
        SignInLimit.Attempt attempt = wrong.attempt(exchange.getRemoteAddress().getAddress());
        Reply reason = caller.refusal();
        Reply reply;
        if (caller.proof() == Caller.Proof.WRONG && !attempt.isAllowed()) {
            reply = tooMany(exchange, attempt);
        } else {
            String code = reason == null || reason.status() == 401 ? "" : "=" + reason.status();
            exchange.getResponseHeaders().set("Location", ROOT + "/?wrong" + code);
            reply = Reply.text(303, reason == null ? "wrong token\n" : reason.body());
        }
        if (attempt.isAudited()) {
            respond(exchange, caller, reply);
        } else {
            reply.send(exchange);
        }
    }

    /** Returns the refusal of a wrong credential beyond the limit. */
    static Reply tooMany(HttpExchange exchange, SignInLimit.Attempt attempt) {
        exchange.getResponseHeaders().set("Retry-After", Long.toString(attempt.waitSeconds()));
        return Reply.error(
                429, "too many wrong tokens came from this address: try again in " + attempt.waitSeconds() + " s");
    }

    private static String decoded(String form) {
        int end = form.indexOf('&');
        try {
            String value = end < 0 ? form.substring(TOKEN.length()) : form.substring(TOKEN.length(), end);
            return URLDecoder.decode(value, StandardCharsets.UTF_8).strip();
        } catch (IllegalArgumentException malformed) {
            return "";
        }
    }

    /** Audits the outcome and leads the browser to another page. */
    private void seeOther(HttpExchange exchange, String location, Caller caller, String outcome) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        respond(exchange, caller, Reply.text(303, outcome + "\n"));
    }

    private void respond(HttpExchange exchange, Caller caller, Reply reply) throws IOException {
        Mutation mutation = new Mutation(exchange, auditor);
        mutation.caller(caller);
        mutation.respond(reply);
    }

    private void events(HttpExchange exchange) throws IOException {
        if (Caller.of(exchange).operator() == null) {
            Reply.error(401, "sign in first").send(exchange);
            return;
        }
        if (!events.enter()) {
            Reply.error(503, "too many consoles are open").send(exchange);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        boolean withLog = "tail=1".equals(exchange.getRequestURI().getRawQuery());
        try {
            exchange.sendResponseHeaders(200, 0);
            events.serve(exchange.getResponseBody(), lastId(exchange), withLog);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException gone) {
            // the listener has left
        } finally {
            events.leave();
        }
    }

    private static long lastId(HttpExchange exchange) {
        String id = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        return id != null && id.matches("[0-9]{1,18}") ? Long.parseLong(id) : 0;
    }

    private void file(HttpExchange exchange, String name) throws IOException {
        ConsoleFiles.Asset asset = files.find(name);
        if (asset == null) {
            Reply.text(404, "nothing here\n").send(exchange);
            return;
        }
        Headers answer = exchange.getResponseHeaders();
        answer.set("ETag", asset.tag());
        answer.set("Vary", "Accept-Encoding");
        if (asset.tag().equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
            return;
        }
        answer.set("Content-Type", asset.type());
        byte[] body = asset.plain();
        String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
        if (accepted != null && accepted.contains("gzip")) {
            answer.set("Content-Encoding", "gzip");
            body = asset.gzip();
        }
        boolean bare = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(200, bare ? -1 : body.length);
        if (!bare) {
            exchange.getResponseBody().write(body);
        }
    }
}
