package dev.stillgate.proxy.explain;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.account.AccountsFile;
import dev.stillgate.proxy.chain.Decision;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.FilterSnapshot;
import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.Refusal;
import dev.stillgate.proxy.chain.StateDirectory;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.dialect.ErrorBodies;
import dev.stillgate.proxy.exchange.AccessCheck;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.exchange.Target;
import dev.stillgate.proxy.exchange.WrittenConnection;
import dev.stillgate.proxy.exchange.WrittenExchange;
import dev.stillgate.proxy.exchange.WrittenRequest;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.observe.RefusalLookup;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Evaluation of a policy's filters for one request, without a gateway. Filters start without state: buckets are full,
 * and no account has a standing. No state is read or saved.
 */
public final class RequestExplanation {
    /** The maximum size of a request file, in bytes. */
    public static final int MOST_BYTES = 64 << 20;

    private final StillgateConfig config;
    private final PolicyLoader.Loaded loaded;
    private final Accounts accounts;
    private final Map<String, Object> page = new LinkedHashMap<>();

    private RequestExplanation(StillgateConfig config, PolicyLoader.Loaded loaded) throws ConfigException {
        this.config = config;
        this.loaded = loaded;
        this.accounts = new Accounts(config.hashing(), Ticker.system());
        Path listed = loaded.policy().accounts().file();
        if (listed != null) {
            accounts.swap(AccountsFile.load(listed, accounts.secretNames()).table());
        }
    }

    /**
     * A request to explain.
     *
     * @param config the {@code stillgate.yaml}
     * @param request the content of the request file
     * @param source the file's name, for messages
     * @param account the account to use, null for the one in the file or of its credential
     * @param address the client's address, null for the one in the file
     */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    public record Question(
            Path config,
            byte[] request,
            String source,
            @Nullable String account,
            @Nullable InetAddress address) {}

    /**
     * Explains a request. The result consists of maps, lists, strings and numbers. An access-log line is shown as it
     * is, without reading the configuration or evaluating a filter.
     *
     * @throws ConfigException if the configuration is invalid
     * @throws IOException if the file contains no request
     */
    public static Map<String, Object> of(Question question, Environment environment)
            throws ConfigException, IOException {
        Map<?, ?> line = RequestFile.accessLogLine(question.request());
        if (line != null) {
            return LoggedDecision.page(line);
        }
        PolicyLoader loader = new PolicyLoader(environment);
        StillgateConfig config = loader.config(question.config());
        PolicyLoader.Loaded loaded = loader.policy(config.policy());
        RequestExplanation explanation = new RequestExplanation(config, loaded);
        try (FilterCatalog catalog = FilterCatalog.load(RequestExplanation.class.getClassLoader(), config.plugins())) {
            explanation.explain(RequestFile.read(question.request()), question, catalog);
        } catch (IOException e) {
            throw new IOException(question.source() + " " + e.getMessage(), e);
        }
        return explanation.page;
    }

    private void explain(RequestFile file, Question question, FilterCatalog catalog) throws ConfigException {
        InetAddress address = Objects.requireNonNullElse(
                question.address(), Objects.requireNonNullElse(file.address(), InetAddress.getLoopbackAddress()));
        Ticker ticker = new StoppedClock(file.millis() < 0 ? Ticker.system().millis() : file.millis());
        String id = question.account() != null ? question.account() : file.account();
        Path state = config.state().directory();
        Path keys = state == null ? null : StateDirectory.keySets(state);
        // first run all filters in shadow mode, so that a rejection does not hide the others
        try (FilterTrace shadow = new FilterTrace(catalog, loaded, accounts, ticker, keys, FilterMode.SHADOW);
                FilterTrace configured = new FilterTrace(catalog, loaded, accounts, ticker, keys, null)) {
            ServingPolicy serving = configured.serving();
            WrittenRequest request = WrittenRequest.read(
                    file.bytes(), (int) config.limits().head().bytes(), (int)
                            config.limits().target().bytes());
            page.put("request", request.head().method() + " " + request.head().path());
            Target target = target(request, serving);
            Account account = id != null
                    ? named(id)
                    : request.account(target, serving, accounts.cursor(), address, ticker.millis());
            client(account, address, question.address() == null && file.address() == null);
            if (serving.accountsRequired() && account.trust() == Account.Trust.NONE) {
                throw new BadMessage(Verdict.Kind.UNAUTHENTICATED, "no-credential", "An API key is required.");
            }
            WrittenExchange shadowed = exchange(request, target, account, address, ticker);
            shadow.run(shadowed, request.body());
            GeoRefusal geo = shadow.serving().chain().geoRefusal(shadowed);
            if (geo != null) {
                page.put("geo", RefusalLookup.geo(geo));
            }
            body(shadow.view(), target, account);
            page.put("filters", filters(shadow.serving().chain().filters()));
            AccessCheck.request(account, address, ticker.millis(), target, request.head());
            BodyView view = shadow.view();
            if (view != null) {
                AccessCheck.body(account, view);
            }
            WrittenExchange exchange = exchange(request, target, account, address, ticker);
            result(configured.run(exchange, request.body()));
        } catch (BadMessage e) {
            result(new Refusal("gateway", new Verdict.Reject(e.kind(), e.code(), e.sentence())));
        }
    }

    /** Returns an exchange of a request on a connection of its own. */
    private static WrittenExchange exchange(
            WrittenRequest request, Target target, Account account, InetAddress address, Ticker ticker) {
        WrittenConnection connection =
                new WrittenConnection(1, address, 1024, "1." + request.head().minorVersion(), null);
        connection.noteRequest(request.head());
        return new WrittenExchange(
                0,
                target,
                new WrittenExchange.Request("explained", target.method(), target.path(), request.head()),
                new WrittenExchange.Caller(account, address, connection),
                ticker.nanos(),
                ticker.millis());
    }

    /** A clock with a fixed time. */
    private record StoppedClock(long millis) implements Ticker {
        @Override
        public long nanos() {
            return millis * 1_000_000;
        }
    }

    private Target target(WrittenRequest request, ServingPolicy serving) throws BadMessage {
        Target target = request.target(serving.routes());
        if (target == null) {
            throw new BadMessage(Verdict.Kind.NOT_FOUND, "no-route", "There is nothing at this path.");
        }
        page.put("operation", target.operation().label().replace('_', '-'));
        page.put("route", target.route());
        upstream(target);
        return target;
    }

    private void upstream(Target target) {
        page.put("upstream", target.upstreamName());
        String fallback = target.fallbackName();
        if (fallback == null) {
            page.remove("fallback");
        } else {
            page.put("fallback", fallback);
        }
    }

    private Account named(String id) {
        Account listed = accounts.table().named(id);
        return listed != null ? listed : new Account(id, Account.Trust.ACCEPTED, null, null, false, null);
    }

    private void client(Account account, InetAddress address, boolean assumed) {
        Map<String, Object> client = new LinkedHashMap<>();
        client.put("account", account.id());
        client.put("trust", kebabCase(account.trust()));
        if (account.organisation() != null) {
            client.put("organisation", account.organisation());
        }
        if (account.tier() != null) {
            client.put("tier", account.tier());
        }
        if (account.region() != null) {
            client.put("region", account.region());
        }
        client.put("address", address.getHostAddress());
        if (assumed) {
            client.put("addressNote", "assumed, since the file names none; set it with --address");
        }
        page.put("caller", client);
    }

    private void body(@Nullable BodyView view, Target target, Account account) {
        switch (view) {
            case BodyView.Chat chat -> {
                upstream(target.forPrompt(chat, account.id()));
                Map<String, Object> body = new LinkedHashMap<>();
                body.put("model", Objects.requireNonNullElse(chat.model(), "none"));
                body.put("stream", chat.stream());
                body.put("messages", chat.messageCount());
                body.put("inputTokens", chat.inputTokens());
                if (chat.maxTokens() != BodyView.Chat.ABSENT) {
                    body.put("maxTokens", chat.maxTokens());
                }
                page.put("body", body);
            }
            case BodyView.Batch batch -> page.put("body", Map.of("prompts", batch.size()));
            case BodyView.Input input ->
                page.put(
                        "body",
                        Map.of(
                                "model", Objects.requireNonNullElse(input.model(), "none"),
                                "stream", input.stream(),
                                "inputTokens", input.inputTokens(),
                                "bytes", input.bytes()));
            case BodyView.Opaque opaque -> page.put("body", Map.of("bytes", opaque.bytes()));
            case null, default -> {}
        }
    }

    /** Returns one entry per filter of the policy, including filters that are off. */
    private List<Object> filters(List<FilterSnapshot> evaluated) {
        List<Object> filters = new ArrayList<>();
        for (Policy.FilterEntry entry : loaded.policy().filters()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("name", entry.name());
            line.put("type", entry.type());
            line.put("mode", kebabCase(entry.mode()));
            evaluated.stream()
                    .filter(filter -> filter.name().equals(entry.name()))
                    .forEach(filter -> result(filter, line));
            line.putIfAbsent("says", "nothing: it is off");
            filters.add(line);
        }
        return filters;
    }

    private static void result(FilterSnapshot filter, Map<String, Object> line) {
        if (filter.counts().getOrDefault(Decision.REJECT, 0L) > 0) {
            line.put("says", "refuse");
            line.put("code", String.valueOf(filter.lastReject()));
        } else if (filter.counts().getOrDefault(Decision.ERROR, 0L) > 0) {
            line.put("says", "nothing: it failed, see the log");
        } else if (filter.counts().getOrDefault(Decision.FLAG, 0L) > 0) {
            line.put("says", "allow, with a flag");
        } else {
            line.put("says", "allow");
        }
    }

    private void result(@Nullable Refusal refusal) {
        Map<String, Object> result = new LinkedHashMap<>();
        if (refusal == null) {
            result.put("verdict", "passed on to the upstream");
        } else {
            Verdict.Reject verdict = refusal.verdict();
            result.put("verdict", "refused");
            result.put("by", refusal.filter());
            result.put("status", ErrorBodies.status(verdict.kind()));
            result.put("code", verdict.code());
            if (verdict.details() != null) {
                result.put("details", verdict.details());
            }
            result.put("message", verdict.message());
            if (verdict.retryAfter() != null) {
                result.put("retryAfterSeconds", verdict.retryAfter().toSeconds());
            }
        }
        page.put("result", result);
    }

    private static String kebabCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
