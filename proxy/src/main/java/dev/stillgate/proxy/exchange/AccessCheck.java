package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.ModelList;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.Access;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Verdict;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Check of a request against the {@link Access} of its account. A request that could reach a model unread is refused if the
 * account is restricted to some models.
 */
public final class AccessCheck {
    private static final int LONGEST_NAME = 128;

    private AccessCheck() {}

    /**
     * Checks a request before its body is read.
     *
     * @param address the client's address
     * @param millis the time in milliseconds since the epoch
     * @throws BadMessage if the account may not be used, now or from there or on this path
     */
    public static void request(Account account, InetAddress address, long millis, Target target, Http1Head head)
            throws BadMessage {
        Access access = account.access();
        if (access == null) {
            return;
        }
        if (access.disabled()) {
            throw new BadMessage(Verdict.Kind.UNAUTHENTICATED, "account-disabled", "This API key is disabled.");
        }
        if (access.isExpired(millis)) {
            throw new BadMessage(Verdict.Kind.UNAUTHENTICATED, "account-expired", "This API key has expired.");
        }
        if (!access.allowsAddress(address)) {
            throw new BadMessage(
                    Verdict.Kind.BLOCKED, "account-network", "This API key may not be used from this network.");
        }
        if (!access.models().isEmpty()) {
            unread(access, target, head);
        }
    }

    private static void unread(Access access, Target target, Http1Head head) throws BadMessage {
        boolean hidesModel = switch (target.operation().kind()) {
            case OPAQUE -> !reads(target.method()) || UpgradeField.isWebSocket(head);
            case UPLOADED_INPUT -> true;
            default -> false;
        };
        if (hidesModel) {
            throw new BadMessage(
                    Verdict.Kind.BLOCKED, "account-model-unread", "This API key may not be used for this path.");
        }
        String described = target.operation() == Operation.OPAQUE ? ModelList.model(target.path()) : null;
        if (described != null) {
            require(access, described, null);
        }
    }

    private static boolean reads(String method) {
        return method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
    }

    /**
     * Checks the models that a body names.
     *
     * @throws BadMessage if the account may not use one of them, or none is named
     */
    public static void body(Account account, BodyView body) throws BadMessage {
        Access access = account.access();
        if (access == null || access.models().isEmpty()) {
            return;
        }
        switch (body) {
            case BodyView.Chat chat -> require(access, chat.model(), chat.bareModel());
            case BodyView.Input input -> require(access, input.model(), null);
            case BodyView.Batch batch -> {
                for (int i = 0; i < batch.size(); i++) {
                    BodyView.Chat chat = batch.item(i);
                    require(access, chat.model(), chat.bareModel());
                }
            }
            case BodyView.Opaque opaque -> {}
            case BodyView.None none -> {}
        }
    }

    /**
     * Checks the model of a session.
     *
     * @throws BadMessage if the account may not use it, or none is named
     */
    static void session(Account account, @Nullable String model) throws BadMessage {
        Access access = account.access();
        if (access != null && !access.models().isEmpty()) {
            require(access, model, null);
        }
    }

    private static void require(Access access, @Nullable String model, @Nullable String bare) throws BadMessage {
        if (model == null) {
            throw new BadMessage(
                    Verdict.Kind.MODEL_NOT_FOUND, "account-model", "A request with this API key must name its model.");
        }
        if (!access.allowsModel(model) && (bare == null || !access.allowsModel(bare))) {
            String name = model.length() > LONGEST_NAME ? model.substring(0, LONGEST_NAME) : model;
            throw new BadMessage(
                    Verdict.Kind.MODEL_NOT_FOUND,
                    "account-model",
                    "The model `" + name + "` does not exist or you do not have access to it.");
        }
    }

    /** Returns the restrictions by which a response must be filtered, as a list of models is; null for none. */
    static @Nullable Access filtered(Account account, @Nullable Target target) {
        Access access = account.access();
        boolean filters = access != null
                && !access.models().isEmpty()
                && target != null
                && target.operation() == Operation.OPAQUE
                && ModelList.is(target.path());
        return filters ? access : null;
    }
}
