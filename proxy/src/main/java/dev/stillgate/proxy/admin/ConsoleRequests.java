package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.stillgate.proxy.console.ConsoleFiles;
import dev.stillgate.proxy.console.EventStream;
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
    private static final int LONGEST_FORM = 8 * 1024;

    private final AdminAccess access;
    private final Mutation.Audited audited;
    private final ConsoleFiles files = new ConsoleFiles();
    private final EventStream events;
    private final @Nullable String version;

    ConsoleRequests(Mutation.Audited audited, EventStream events) {
        this.access = audited.access();
        this.audited = audited;
        this.events = events;
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
            List<String> cookies = exchange.getRequestHeaders().get("Cookie");
            exchange.getResponseHeaders().set("Set-Cookie", access.sessions().end(cookies));
            seeOther(exchange, ROOT + '/', "signed out");
        } else if (!reads) {
            exchange.getResponseHeaders().set("Allow", "GET");
            new Mutation(exchange, audited).respond(Reply.error(405, "only GET"));
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

    private Map<String, Object> session(HttpExchange exchange) {
        Map<String, Object> session = new LinkedHashMap<>();
        session.put("needsToken", access.needsToken());
        session.put("signedIn", access.isSignedIn(exchange));
        session.put("write", access.mayWrite());
        session.put("tail", events.hasLog());
        session.put("version", version == null ? "built from source" : version);
        session.put("time", Instant.now());
        return session;
    }

    /** Opens a session if the form has the token. The token is never logged. */
    private void signIn(HttpExchange exchange) throws IOException {
        byte[] form = exchange.getRequestBody().readNBytes(LONGEST_FORM + 1);
        String text = new String(form, StandardCharsets.UTF_8);
        boolean right = form.length <= LONGEST_FORM && text.startsWith(TOKEN) && access.isToken(decoded(text));
        if (right) {
            exchange.getResponseHeaders().set("Set-Cookie", access.sessions().open());
        }
        seeOther(exchange, ROOT + (right ? "/" : "/?wrong"), right ? "signed in" : "wrong token");
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
    private void seeOther(HttpExchange exchange, String location, String outcome) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        new Mutation(exchange, audited).respond(Reply.text(303, outcome + "\n"));
    }

    private void events(HttpExchange exchange) throws IOException {
        if (!access.isSignedIn(exchange)) {
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
