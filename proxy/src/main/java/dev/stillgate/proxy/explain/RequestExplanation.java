package dev.stillgate.proxy.explain;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.account.AccountsFile;
import dev.stillgate.proxy.chain.Decision;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.FilterMode;
import dev.stillgate.proxy.chain.FilterSnapshot;
import dev.stillgate.proxy.chain.Refusal;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.dialect.ErrorBodies;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.exchange.Target;
import dev.stillgate.proxy.exchange.WrittenRequest;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.observe.RefusalLookup;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.Provider;
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
 * What the filters of a policy say of one request, without a gateway. Every filter is asked with nothing behind it: its
 * buckets are full, and nobody has a standing. No state is read and none is kept.
 */
public final class RequestExplanation {
    /** The most bytes that a file with a request may have. */
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
     * What is asked.
     *
     * @param config the {@code stillgate.yaml}
     * @param request the content of the file with the request
     * @param source the file's name, for messages
     * @param account the account to take it as, null for the one that the file or its credential says
     * @param address the address to take it from, null for the one that the file says
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Question(
            Path config,
            byte[] request,
            String source,
            @Nullable String account,
            @Nullable InetAddress address) {}

    /**
     * Explains a request; the answer is made of maps, lists, texts and numbers. Of an access-log line, the answer tells what
     * the line says, and neither the configuration nor a filter is asked.
     *
     * @throws ConfigException when the configuration is wrong
     * @throws IOException when the file holds no request
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
        // each filter is asked in shadow first, so that none keeps the others from being asked
        try (FilterTrace shadow = new FilterTrace(catalog, loaded, accounts, ticker, FilterMode.SHADOW);
                FilterTrace configured = new FilterTrace(catalog, loaded, accounts, ticker, null)) {
            ServingPolicy serving = configured.serving();
            WrittenRequest request = WrittenRequest.read(
                    file.bytes(), (int) config.limits().head().bytes(), (int)
                            config.limits().target().bytes());
            page.put("request", request.head().method() + " " + request.head().path());
            Target target = target(request, serving);
            Account account = id != null ? named(id) : request.account(serving.credentials(), accounts.cursor());
            caller(account, address, question.address() == null && file.address() == null);
            if (serving.accountsRequired() && account.trust() == Account.Trust.NONE) {
                throw new BadMessage(Verdict.Kind.UNAUTHENTICATED, "no-credential", "An API key is required.");
            }
            ExplainedExchange asked = new ExplainedExchange(request, target, account, address, ticker);
            shadow.run(asked, request.body());
            GeoRefusal geo = shadow.serving().chain().geoRefusal(asked);
            if (geo != null) {
                page.put("geo", RefusalLookup.geo(geo));
            }
            body(shadow.view());
            page.put("filters", filters(shadow.serving().chain().filters()));
            ExplainedExchange exchange = new ExplainedExchange(request, target, account, address, ticker);
            result(configured.run(exchange, request.body()), exchange.provider());
        } catch (BadMessage e) {
            result(new Refusal("gateway", new Verdict.Reject(e.kind(), e.code(), e.sentence())), Provider.OPENAI);
        }
    }

    /** A clock that shows one time. */
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
        page.put("operation", word(target.operation()));
        page.put("route", target.route());
        loaded.policy().routes().stream()
                .filter(route -> route.path().equals(target.route()))
                .forEach(route -> page.put("upstream", route.upstream()));
        return target;
    }

    private Account named(String id) {
        Account listed = accounts.table().named(id);
        return listed != null ? listed : new Account(id, Account.Trust.ACCEPTED, null, null, false, null);
    }

    private void caller(Account account, InetAddress address, boolean assumed) {
        Map<String, Object> caller = new LinkedHashMap<>();
        caller.put("account", account.id());
        caller.put("trust", word(account.trust()));
        if (account.organisation() != null) {
            caller.put("organisation", account.organisation());
        }
        if (account.tier() != null) {
            caller.put("tier", account.tier());
        }
        caller.put("address", address.getHostAddress());
        if (assumed) {
            caller.put("addressNote", "assumed, since the file names none; set it with --address");
        }
        page.put("caller", caller);
    }

    private void body(@Nullable BodyView view) {
        switch (view) {
            case BodyView.Chat chat -> {
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
            case BodyView.Opaque opaque -> page.put("body", Map.of("bytes", opaque.bytes()));
            case null, default -> {}
        }
    }

    /** Returns what each filter of the list says, those that are off too. */
    private List<Object> filters(List<FilterSnapshot> asked) {
        List<Object> filters = new ArrayList<>();
        for (Policy.FilterEntry entry : loaded.policy().filters()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("name", entry.name());
            line.put("type", entry.type());
            line.put("mode", word(entry.mode()));
            asked.stream().filter(filter -> filter.name().equals(entry.name())).forEach(filter -> said(filter, line));
            line.putIfAbsent("says", "nothing: it is off");
            filters.add(line);
        }
        return filters;
    }

    private static void said(FilterSnapshot filter, Map<String, Object> line) {
        if (filter.counts().getOrDefault(Decision.REJECT, 0L) > 0) {
            line.put("says", "refuse");
            line.put("code", String.valueOf(filter.lastReject()));
        } else if (filter.counts().getOrDefault(Decision.ERROR, 0L) > 0) {
            line.put("says", "nothing: it failed, and the log says how");
        } else if (filter.counts().getOrDefault(Decision.FLAG, 0L) > 0) {
            line.put("says", "allow, with a flag");
        } else {
            line.put("says", "allow");
        }
    }

    private void result(@Nullable Refusal refusal, Provider provider) {
        Map<String, Object> result = new LinkedHashMap<>();
        if (refusal == null) {
            result.put("verdict", "passed on to the upstream");
        } else {
            Verdict.Reject verdict = refusal.verdict();
            result.put("verdict", "refused");
            result.put("by", refusal.filter());
            result.put("status", ErrorBodies.status(provider, verdict.kind()));
            result.put("code", verdict.code());
            result.put("message", verdict.message());
            if (verdict.retryAfter() != null) {
                result.put("retryAfterSeconds", verdict.retryAfter().toSeconds());
            }
        }
        page.put("result", result);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
