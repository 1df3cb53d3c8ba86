package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.stillgate.proxy.console.ConsoleFiles;
import dev.stillgate.proxy.console.EventStream;
import dev.stillgate.proxy.console.SignInLimit;
import java.io.IOException;
import java.net.InetAddress;
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
    private final SignInLimit signIns;
    private final @Nullable String version;

    ConsoleRequests(Mutation.Audited audited, AdminServer.Console console) {
        this.access = audited.access();
        this.audited = audited;
        this.events = console.events();
        this.signIns = console.signIns();
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
            String session = access.result(exchange); // before the session ends
            List<String> cookies = exchange.getRequestHeaders().get("Cookie");
            exchange.getResponseHeaders().set("Set-Cookie", access.sessions().end(cookies));
            seeOther(exchange, ROOT + '/', session, "signed out");
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

    /** Opens a session if the form has the token, which is never logged. Wrong tokens are limited by address. */
    private void signIn(HttpExchange exchange) throws IOException {
        InetAddress peer = exchange.getRemoteAddress().getAddress();
        SignInLimit.Attempt attempt = signIns.attempt(peer);
        if (!attempt.isAllowed()) {
            refuse(exchange, attempt);
            return;
        }
        byte[] form = exchange.getRequestBody().readNBytes(LONGEST_FORM + 1);
        String text = new String(form, StandardCharsets.UTF_8);
        boolean right = form.length <= LONGEST_FORM && text.startsWith(TOKEN) && access.isToken(decoded(text));
        if (right) {
            signIns.succeeded(peer);
            exchange.getResponseHeaders().set("Set-Cookie", access.sessions().open());
            seeOther(exchange, ROOT + '/', "right", "signed in");
        } else if (access.needsToken()) {
            seeOther(exchange, ROOT + "/?wrong", "wrong", "wrong token");
        } else {
            seeOther(exchange, ROOT + "/?wrong", "none", "no token is configured");
        }
    }

    /** Refuses a sign-in beyond the limit. The first of a minute is audited, so that a flood does not fill the log. */
    private void refuse(HttpExchange exchange, SignInLimit.Attempt attempt) throws IOException {
        exchange.getResponseHeaders().set("Retry-After", Long.toString(attempt.waitSeconds()));
        Reply reply = Reply.text(
                429, "too many wrong tokens came from this address: try again in " + attempt.waitSeconds() + " s\n");
        if (attempt.isFirst()) {
            Mutation mutation = new Mutation(exchange, audited);
            mutation.token("unchecked");
            mutation.respond(reply);
        } else {
            reply.send(exchange);
        }
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
    private void seeOther(HttpExchange exchange, String location, String token, String outcome) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        Mutation mutation = new Mutation(exchange, audited);
        mutation.token(token);
        mutation.respond(Reply.text(303, outcome + "\n"));
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
