package dev.stillgate.loadtests.report.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.report.figure.Figures;
import dev.stillgate.loadtests.report.figure.Metric;
import dev.stillgate.loadtests.report.figure.Slo;
import dev.stillgate.loadtests.report.figure.Statistic;
import dev.stillgate.loadtests.report.record.Outcome;
import dev.stillgate.loadtests.report.record.RequestRecord;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimedExchangeTest {
    private long nanos;

    private final TimedExchange exchange = new TimedExchange(0, true, 0, () -> nanos);
    private final HttpResponse.BodySubscriber<Void> subscriber = subscriber();

    private HttpResponse.BodySubscriber<Void> subscriber() {
        HttpHeaders headers = HttpHeaders.of(Map.of("content-type", List.of("text/event-stream")), (a, b) -> true);
        HttpResponse.BodySubscriber<Void> begun = exchange.apply(new HttpResponse.ResponseInfo() {
            @Override
            public int statusCode() {
                return 200;
            }

            @Override
            public HttpHeaders headers() {
                return headers;
            }

            @Override
            public HttpClient.Version version() {
                return HttpClient.Version.HTTP_1_1;
            }
        });
        begun.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
        });
        return begun;
    }

    private void arrives(long millis, String data) {
        nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        subscriber.onNext(List.of(ByteBuffer.wrap(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8))));
    }

    private static String chunk(String text) {
        return "{\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"" + text + "\"}}]}";
    }

    @Test
    void timesAreThoseOfTheArrivals() {
        arrives(100, chunk(""));
        for (int i = 0; i < 30; i++) {
            arrives(120 + i * 20, chunk("word"));
        }
        arrives(720, "[DONE]");
        subscriber.onComplete();

        RequestRecord found = exchange.toRecord();
        assertThat(found.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(found.firstEvent()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
        assertThat(found.outputs()).hasSize(30).first().isEqualTo(TimeUnit.MILLISECONDS.toNanos(120));
        Figures figures = new Figures(List.of(found), Slo.NONE);
        assertThat(figures.of(Metric.TTFT).get(Statistic.MIN)).isEqualTo(120);
        assertThat(figures.of(Metric.ITL).get(Statistic.P50)).isEqualTo(20);
        assertThat(figures.of(Metric.ICL).get(Statistic.AVG)).isEqualTo(20);
        assertThat(figures.of(Metric.E2E).get(Statistic.MIN)).isEqualTo(700);
    }
}
