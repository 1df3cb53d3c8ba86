package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.capture.Observation;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory of an idle account of one conversation: the size of all arrays of the table, divided by the number of accounts. */
@Tag("slow")
final class AccountMemoryTest {
    private static final int ACCOUNTS = 200_000;

    @ParameterizedTest
    @ValueSource(strings = {"account-%06d", "h1:%032x"})
    void accountTakesAboutThreeHundredBytes(String ids) throws IllegalAccessException {
        AccountTable table = new AccountTable();
        for (int a = 0; a < ACCOUNTS; a++) {
            Observation seen = Seen.prompt(ids.formatted(a), Seen.START);
            table.starts().add(table.observe(seen, true), seen, seen.prompt);
        }
        long bytes = size(table, Collections.newSetFromMap(new IdentityHashMap<>()));
        System.out.printf("%s: %.1f bytes an account%n", ids, (double) bytes / ACCOUNTS);
        assertThat(bytes / ACCOUNTS).isLessThanOrEqualTo(304);
    }

    /**
     * Sums the sizes of arrays, objects of this package and collections; an object's header and fields count 32 bytes.
     */
    private static long size(Object of, Set<Object> counted) throws IllegalAccessException {
        if (of == null || !counted.add(of)) {
            return 0;
        }
        long sum = 32;
        if (of.getClass().isArray()) {
            sum = 16 + (long) Array.getLength(of) * width(of.getClass().getComponentType());
            if (of instanceof Object[] many) {
                for (Object each : many) {
                    sum += size(each, counted);
                }
            }
        } else if (of instanceof Collection<?> many) {
            for (Object each : many) {
                sum += 8 + size(each, counted);
            }
        } else if (of.getClass().getPackage().equals(AccountTable.class.getPackage())) {
            for (Field field : of.getClass().getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    field.setAccessible(true);
                    sum += size(field.get(of), counted);
                }
            }
        }
        return sum;
    }

    private static int width(Class<?> type) {
        return type == long.class || type == double.class ? 8 : type == byte.class ? 1 : type == short.class ? 2 : 4;
    }
}
