package dev.stillgate.spi.orders;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The erasures of a book, which replace the ids of accounts in earlier orders by their hashes. Applying erasures in any
 * sequence gives the same text. Changed under the book's lock; reading is thread-safe.
 */
final class ErasureIndex {
    private static final String ERASED = Order.erasureSubject("");
    private static final String ACCOUNT = "account ";
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[\\s,;!?()\"'\\[\\]{}<>]+|[.:]+(?=\\s|$)");

    private final UnaryOperator<String> hash;

    /** Latest erasure by subject. */
    private volatile Map<String, Order> bySubject = Map.of();

    private Order.Rank greatest = Order.Rank.LEAST;

    ErasureIndex(UnaryOperator<String> hash) {
        this.hash = hash;
    }

    /** Returns the last erasure of an account, null for none. */
    @Nullable
    Order of(String account) {
        Map<String, Order> known = bySubject;
        return known.isEmpty() ? null : known.get(subject(account));
    }

    /** Returns the last erasure of each erased account. */
    List<Order> all() {
        return List.copyOf(bySubject.values());
    }

    /** Returns the subject of an order that erases an account. */
    String subject(String account) {
        return Order.erasureSubject(hash.apply(account));
    }

    /** Replaces all erasures by those in rank order; returns whether one is new or has another rank. */
    boolean replace(List<Order> erasures) {
        Map<String, Order> next = new HashMap<>();
        erasures.forEach(erasure -> next.put(erasure.subject(), erasure));
        boolean more = erasures.stream().anyMatch(erasure -> {
            Order before = bySubject.get(erasure.subject());
            return before == null || before.rank().compareTo(erasure.rank()) != 0;
        });
        greatest = erasures.isEmpty() ? Order.Rank.LEAST : erasures.getLast().rank();
        bySubject = Map.copyOf(next);
        return more;
    }

    /** Returns the number of erased accounts in an order, and 1 more if it lost its reason. */
    static long countIn(Order order) {
        return order.keys().filter(ErasureIndex::isErased).count()
                + (order.agreement().startsWith(ERASED) ? 1 : 0)
                + (order.why() == null ? 1 : 0);
    }

    /** Returns whether a key of an order has the hash of an erased account. */
    static boolean isErased(String key) {
        return key.contains(ERASED);
    }

    Order applyTo(Order order) {
        return bySubject.isEmpty() ? order : new Scrub().applyTo(order);
    }

    /** Returns the orders without accounts that were erased after them. */
    List<Order> applyTo(List<Order> orders) {
        Scrub scrub = new Scrub();
        return orders.stream().map(scrub::applyTo).toList();
    }

    /** One pass over orders, which hashes each word once. */
    private final class Scrub {
        private final Map<String, String> subjects = new HashMap<>();

        private Order applyTo(Order order) {
            if (order.isErasure() || order.rank().compareTo(greatest) >= 0) {
                return order;
            }
            Function<String, @Nullable String> erased = account -> erased(account, order.rank());
            List<String> accounts = replaced(order.accounts(), erased);
            List<String> except = replaced(order.except(), erased);
            String subject = withoutErased(order.subject(), erased);
            String why = order.why();
            boolean isAboutErased =
                    !subject.equals(order.subject()) || (accounts.size() == 1 && !accounts.equals(order.accounts()));
            boolean dropsWhy = why == null || isAboutErased || mentions(why, erased);
            String agreement =
                    mentions(order.agreement(), erased) ? ERASED + hash.apply(order.agreement()) : order.agreement();
            return new Order(
                    order.id(),
                    order.rank(),
                    order.time(),
                    order.filter(),
                    order.by(),
                    dropsWhy ? null : why,
                    order.action(),
                    subject,
                    order.slot(),
                    accounts,
                    except,
                    order.withdraws(),
                    order.until(),
                    order.fixedEnd(),
                    order.needs(),
                    agreement,
                    map(order.details(), erased));
        }

        /** Returns the text in place of an account; null if it was not erased after a rank. */
        private @Nullable String erased(String account, Order.Rank after) {
            if (account.startsWith(ERASED)) {
                return null;
            }
            Order erasure = bySubject.get(subjects.computeIfAbsent(account, ErasureIndex.this::subject));
            return erasure == null || erasure.rank().compareTo(after) <= 0 ? null : erasure.subject();
        }

        private static List<String> replaced(List<String> accounts, Function<String, @Nullable String> erased) {
            return accounts.stream()
                    .map(each -> orSame(erased.apply(each), each))
                    .toList();
        }

        private static String withoutErased(String subject, Function<String, @Nullable String> erased) {
            boolean prefixed = subject.startsWith(ACCOUNT);
            String replacement = erased.apply(prefixed ? subject.substring(ACCOUNT.length()) : subject);
            return replacement == null ? subject : prefixed ? ACCOUNT + replacement : replacement;
        }

        private static String orSame(@Nullable String replacement, String same) {
            return replacement == null ? same : replacement;
        }

        private static boolean mentions(String text, Function<String, @Nullable String> erased) {
            return !text.startsWith(ERASED)
                    && BETWEEN_WORDS
                            .splitAsStream(text)
                            .anyMatch(word -> !word.isEmpty() && erased.apply(word) != null);
        }

        /** Replaces keys and values that are an account, and leaves out values that mention one. */
        private static Map<String, Object> map(Map<?, ?> map, Function<String, @Nullable String> erased) {
            Map<String, Object> replaced = new HashMap<>();
            map.forEach((key, value) -> {
                Object kept = value(value, erased);
                if (kept != null) {
                    String name = String.valueOf(key);
                    replaced.put(orSame(erased.apply(name), name), kept);
                }
            });
            return replaced;
        }

        private static @Nullable Object value(@Nullable Object value, Function<String, @Nullable String> erased) {
            return switch (value) {
                case String text -> {
                    String replacement = erased.apply(text);
                    yield replacement != null ? replacement : mentions(text, erased) ? null : text;
                }
                case Map<?, ?> map -> map(map, erased);
                case Collection<?> items -> {
                    List<Object> kept = new ArrayList<>();
                    for (Object item : items) {
                        Object each = value(item, erased);
                        if (each != null) {
                            kept.add(each);
                        }
                    }
                    yield List.copyOf(kept);
                }
                case null, default -> value;
            };
        }
    }
}
