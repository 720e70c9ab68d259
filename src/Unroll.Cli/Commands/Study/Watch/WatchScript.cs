namespace Unroll.Cli.Commands.Study;

/// <summary>The script of the page: fetches what has changed, keeps what was unfolded, and keeps the filter in the address.</summary>
internal static class WatchScript
{
    public const string Text = """
        'use strict';
        const main = document.querySelector('main'), form = document.querySelector('form'), link = document.getElementById('link');
        let asked = 0;

        async function show() {
          const mine = ++asked;
          const answer = await fetch('main' + location.search);
          const text = await answer.text();
          if (mine !== asked) return; // a later answer is on its way, or here already
          if (!answer.ok) { link.textContent = text; return; }
          const key = element => (element.closest('section')?.querySelector('h2')?.id ?? '') + '/' + element.querySelector('summary').textContent;
          const open = new Set([...main.querySelectorAll('details[open]')].map(key));
          const scrolled = [...main.querySelectorAll('.scroll')].map(element => element.scrollLeft);
          main.innerHTML = text; // made by the server, which escapes all that comes from the study
          for (const element of main.querySelectorAll('details')) if (open.has(key(element))) element.open = true;
          main.querySelectorAll('.scroll').forEach((element, i) => { element.scrollLeft = scrolled[i] ?? 0; });
          link.textContent = '';
        }

        function filter() {
          const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''));
          history.replaceState(null, '', query.size > 0 ? '?' + query : location.pathname);
          show().catch(lost);
        }

        function lost() { link.textContent = 'No answer from “unroll study watch”; what is shown is what was known last.'; }

        form.addEventListener('submit', event => { event.preventDefault(); filter(); });
        form.addEventListener('input', filter);
        const events = new EventSource('events');
        events.onmessage = () => show().catch(lost);
        events.addEventListener('trouble', event => { link.textContent = event.data; });
        events.onerror = lost;
        setInterval(() => { if (document.getElementById('workers')) show().catch(lost); }, 10000); // ages of the last signs of life
        """;
}
