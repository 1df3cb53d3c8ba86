package dev.stillgate.spi.orders;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Record of what a person decided. Immutable. Records with one id are one order: a later delivery may have the rank and
 * time that the fleet's store assigned, or hashes in place of erased accounts.
 *
 * @param id random, in 32 hexadecimal digits
 * @param rank position among all orders
 * @param time milliseconds since the epoch, by the fleet's store if there is one
 * @param filter name of the filter that the order is for; {@link #EVERY_FILTER} for an erasure
 * @param by name of the operator, null if the order has none
 * @param why reason given by the operator, null for none
 * @param action what the operator did, in lower case, such as {@code confirm}
 * @param subject what the operator named, such as {@code account a-17} or {@code cluster c7}
 * @param slot what the order decides about each of its {@link #keys}: a later order with the same slot and key replaces it
 * @param accounts accounts that the order is about
 * @param except accounts that the order names as exceptions; it decides about them too
 * @param withdraws whether the order only ends what the slot had for its keys
 * @param until milliseconds since the epoch, exclusive
 * @param fixedEnd whether the operator named a date; otherwise the end moves with {@code time}
 * @param needs number of operators that must ask for it, at least 1
 * @param agreement text that is equal for orders that ask for the same, by whichever operator
 * @param details further facts for the filter: strings, numbers, booleans, and lists and maps of these
 */
public record Order(
        String id,
        Rank rank,
        long time,
        String filter,
        @Nullable String by,
        @Nullable String why,
        String action,
        String subject,
        String slot,
        List<String> accounts,
        List<String> except,
        boolean withdraws,
        long until,
        boolean fixedEnd,
        int needs,
        String agreement,
        Map<String, Object> details) {
    /** The filter of orders that all filters obey. */
    public static final String EVERY_FILTER = "*";

    /** The action of an order that erases one account; its subject is {@link #erasureSubject}. */
    public static final String ERASE = "erase";

    public Order {
        accounts = List.copyOf(accounts);
        except = List.copyOf(except);
        details = Map.copyOf(details);
    }

    /** Position among all orders: the greater one was given later. Its text has the form of a stream id of Valkey. */
    public record Rank(long millis, long sequence) implements Comparable<Rank> {
        public static final Rank LEAST = new Rank(0, 0);

        /** Greatest number of a rank's second part. */
        public static final long MOST_SEQUENCE = 10_000_000_000_000_000L;

        public Rank {
            if (millis < 0 || sequence < 0) {
                throw new IllegalArgumentException("a rank has no negative part: " + millis + "-" + sequence);
            }
        }

        /**
         * Reads the text {@code millis-sequence}.
         *
         * @throws IllegalArgumentException if the text has another form
         */
        public static Rank of(String text) {
            int dash = text.indexOf('-');
            if (dash < 1) {
                throw new IllegalArgumentException("expected milliseconds-sequence, found " + text);
            }
            return new Rank(Long.parseLong(text, 0, dash, 10), Long.parseLong(text, dash + 1, text.length(), 10));
        }

        /** Returns a rank above this one. */
        public Rank next() {
            return sequence < MOST_SEQUENCE ? new Rank(millis, sequence + 1) : new Rank(millis + 1, 0);
        }

        @Override
        public int compareTo(Rank other) {
            return millis != other.millis ? Long.compare(millis, other.millis) : Long.compare(sequence, other.sequence);
        }

        @Override
        public String toString() {
            return millis + "-" + sequence;
        }
    }

    /** Returns the accounts and exceptions; the subject if there are none. */
    public Stream<String> keys() {
        return accounts.isEmpty() && except.isEmpty()
                ? Stream.of(subject)
                : Stream.concat(accounts.stream(), except.stream());
    }

    /** Returns the end as the operator named it. */
    public OrderEnd end() {
        return fixedEnd ? OrderEnd.at(until) : new OrderEnd(until - time, false);
    }

    /** Returns whether the order still has an effect by its end. */
    public boolean lasts(long now) {
        return now < until;
    }

    public boolean isErasure() {
        return action.equals(ERASE) && filter.equals(EVERY_FILTER);
    }

    /** Returns the subject of an account's erasure. */
    public static String erasureSubject(String hash) {
        return "erased " + hash;
    }

    /** Returns the order with another rank and time; an end without a fixed date moves with the time. */
    public Order ranked(Rank assigned, long at) {
        return new Order(
                id,
                assigned,
                at,
                filter,
                by,
                why,
                action,
                subject,
                slot,
                accounts,
                except,
                withdraws,
                end().of(at),
                fixedEnd,
                needs,
                agreement,
                details);
    }
}
